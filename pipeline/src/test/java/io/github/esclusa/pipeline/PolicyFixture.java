// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.esclusa.core.time.ManualClock;
import io.github.esclusa.pipeline.report.Admission;
import io.github.esclusa.pipeline.report.DrainReport;
import io.github.esclusa.pipeline.report.Settlement;
import io.github.resilience4j.core.IntervalFunction;
import io.github.resilience4j.retry.RetryConfig;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** What the tests of the error policies share: a pipeline that remembers what was settled, and its checks. */
abstract class PolicyFixture {

    static final Duration LONG = Duration.ofSeconds(30);
    static final Duration SECOND = Duration.ofSeconds(1);

    /** A failure that the data causes. */
    static final class BadRow extends Exception {
        private static final long serialVersionUID = 1;
    }

    final ManualClock clock = new ManualClock();
    final List<Settlement<Integer>> settlements = new CopyOnWriteArrayList<>();
    final List<Integer> delivered = new CopyOnWriteArrayList<>();
    final List<List<Integer>> batches = new CopyOnWriteArrayList<>();

    PipelineBuilder<Integer, Integer> builder() {
        return Pipeline.<Integer>builder("policies").onSettled(settlements::add);
    }

    void failFirst(AtomicInteger calls, int message) throws IOException {
        if (message == 1 && calls.getAndIncrement() == 0) {
            fail();
        }
        delivered.add(message);
    }

    static void fail() throws IOException {
        throw new IOException("on purpose");
    }

    static RetryConfig retry(int attempts, Duration interval) {
        return RetryConfig.custom()
                .maxAttempts(attempts)
                .intervalFunction(IntervalFunction.of(Math.max(1, interval.toMillis())))
                .build();
    }

    static void submit(Pipeline<Integer> pipeline, int... messages) throws InterruptedException {
        for (int message : messages) {
            assertThat(pipeline.submit(message)).isEqualTo(Admission.ACCEPTED);
        }
    }

    Settlement<Integer> settlementOf(int message) {
        return settlements.stream()
                .filter(settlement -> settlement.message() == message)
                .findFirst()
                .orElseThrow();
    }

    /** Drained in time, balanced, and with no credit left behind. */
    static DrainReport<Integer> drained(Pipeline<Integer> pipeline) throws InterruptedException {
        DrainReport<Integer> report = pipeline.shutdown(LONG);
        assertThat(report.balanced()).as("%s", report).isTrue();
        assertThat(report.returned()).isEmpty();
        assertThat(report.unknown()).isEmpty();
        assertThat(pipeline.inlet("main").inFlight()).isZero();
        return report;
    }
}
