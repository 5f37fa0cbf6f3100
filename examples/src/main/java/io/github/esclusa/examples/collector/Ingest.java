// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector;

import io.github.esclusa.examples.collector.cli.CollectorConfig;
import io.github.esclusa.examples.collector.net.Verdict;
import io.github.esclusa.examples.collector.store.Store;
import io.github.esclusa.examples.collector.syslog.Frame;
import io.github.esclusa.examples.collector.syslog.ParseException;
import io.github.esclusa.examples.collector.syslog.SyslogParser;
import io.github.esclusa.pipeline.Pipeline;
import io.github.esclusa.pipeline.policy.Overflow;
import io.github.esclusa.pipeline.report.Admission;
import io.github.resilience4j.core.IntervalFunction;
import io.github.resilience4j.retry.RetryConfig;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.ZoneId;

/**
 * The collector's pipeline: receive, parse, batch, store.
 *
 * <p>When the store stands still, a part of what the UDP inlet holds stays in it as it was received, and drop-oldest drops
 * the oldest of that.
 */
final class Ingest {

    static final String NAME = "syslog";
    static final String TCP = "tcp";
    static final String UDP = "udp";

    /** What a message costs beside its bytes: envelope, frame, row and the objects in it; an estimate. */
    private static final long OVERHEAD_BYTES = 512;

    /**
     * Parsing takes one thread. These are for lines that are no syslog: each waits for its dead letter to be committed,
     * and those that wait at the same time share a transaction.
     */
    private static final int PARSERS = 8;

    /** A database that is busy or gone is tried again for as long as the collector runs. */
    private static final RetryConfig UNTIL_IT_IS_BACK = backOff().build();

    /** A dead letter that the database refuses for what is in it has nowhere else to go: it fails, and is counted. */
    private static final RetryConfig UNTIL_KEPT =
            backOff().retryOnException(failure -> !Store.isDataError(failure)).build();

    private Ingest() {}

    private static RetryConfig.Builder<Object> backOff() {
        return RetryConfig.custom()
                .maxAttempts(Integer.MAX_VALUE)
                .intervalFunction(IntervalFunction.ofExponentialRandomBackoff(
                        Duration.ofMillis(50), 2.0, 0.5, Duration.ofSeconds(2)));
    }

    static Pipeline<Frame> start(CollectorConfig config, Store store, MeterRegistry registry) {
        SyslogParser parser = new SyslogParser(ZoneId.systemDefault());
        return Pipeline.<Frame>builder(NAME)
                .capacity(config.capacity())
                .maxWeight(config.maxMemoryBytes() / 2, Ingest::weigh)
                .inlet(TCP, inlet -> inlet.whenFull(Overflow.block()))
                .inlet(UDP, inlet -> inlet.whenFull(overflow(config.udpWhenFull())))
                .meterRegistry(registry)
                .map("parse", frame -> parse(parser, frame), stage -> stage.workers(
                                Math.min(PARSERS, config.capacity()))
                        .onError(e -> e.inDoubt(Store::mayBeWritten)
                                .deadLetter(
                                        failure -> store.insertDeadLetter(
                                                Received.deadLetter(failure.input(), failure.cause())),
                                        UNTIL_KEPT)))
                .batch(config.batch(), config.linger())
                .sink(
                        "store",
                        batch -> store.insertAll(
                                batch.stream().map(Received::row).toList()),
                        stage -> stage.workers(store.writers()).onError(e -> e.retry(UNTIL_IT_IS_BACK)
                                .inDoubt(Store::mayBeWritten)
                                .bisect(Store::isDataError)
                                .deadLetter(
                                        failure -> store.insertDeadLetter(Received.deadLetter(
                                                failure.input().frame(), failure.cause())),
                                        UNTIL_KEPT)))
                .start();
    }

    private static Overflow overflow(CollectorConfig.WhenFull policy) {
        return switch (policy) {
            case DROP_OLDEST -> Overflow.dropOldest();
            case REJECT -> Overflow.reject();
            case BLOCK -> Overflow.block();
        };
    }

    /** The bytes as received, and once more as text in the parsed fields. */
    private static long weigh(Frame frame) {
        return OVERHEAD_BYTES + 3L * frame.length();
    }

    private static Received parse(SyslogParser parser, Frame frame) throws ParseException {
        return Received.of(frame, parser.parse(frame));
    }

    /** The pipeline's answer in the network's terms. */
    static Verdict verdict(Admission admission) {
        return switch (admission) {
            case ACCEPTED -> Verdict.ACCEPTED;
            case WAITING -> Verdict.WAITING;
            case CLOSED -> Verdict.CLOSED;
            case FULL, TIMEOUT, TOO_HEAVY -> Verdict.REFUSED;
        };
    }
}
