// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.docs;

import io.github.esclusa.core.time.ManualClock;
import io.github.esclusa.pipeline.Pipeline;
import io.github.esclusa.pipeline.policy.Failure;
import io.github.esclusa.pipeline.report.DrainReport;
import io.github.resilience4j.retry.RetryConfig;
import java.sql.SQLDataException;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** The guide's error policy for answers that are lost, and for dead letters that are not. */
final class DoubtSnippet {

    record Shown(DrainReport<String> report, Queue<String> letters, int calls) {}

    private DoubtSnippet() {}

    /** The first batch is refused for its data, and the first letter of it as well; the answer to the second is lost. */
    static Shown run() throws InterruptedException {
        RetryConfig untilItIsBack = RetryConfig.custom()
                .maxAttempts(Integer.MAX_VALUE)
                .waitDuration(Duration.ofSeconds(1))
                .build();
        RetryConfig untilKept = untilItIsBack;
        ManualClock clock = new ManualClock();
        Letters letters = new Letters();
        Store store = batch -> {
            throw batch.contains("bad") ? new SQLDataException("bad") : new SQLTimeoutException("of a COMMIT");
        };
        Pipeline<String> ingest = Pipeline.<String>builder("doubt")
                .clock(clock)
                .batch(1, Duration.ZERO)
                // snippet
                .sink(
                        "store",
                        store::insertAll,
                        stage -> stage.onError(e -> e.retry(untilItIsBack)
                                .inDoubt(Store::mayBeWritten) // where the answer to a COMMIT was lost
                                .bisect(Store::isDataError)
                                .deadLetter(letters::write, untilKept))) // tried again as untilKept says
                // end
                .start();
        for (String message : List.of("bad", "lost")) {
            if (!ingest.submit(message).accepted()) {
                throw new IllegalStateException("not accepted: " + message);
            }
            clock.awaitWaiters(1, Duration.ofSeconds(30)); // for the next attempt: of the handler, then of the sink
            if (message.equals("bad")) {
                clock.advance(Duration.ofSeconds(1));
            }
        }
        return new Shown(ingest.shutdownNow(), letters.written, letters.calls.get());
    }

    private interface Store {
        void insertAll(List<String> batch) throws SQLException;

        static boolean mayBeWritten(Throwable failure) {
            return failure instanceof SQLTimeoutException;
        }

        static boolean isDataError(Throwable failure) {
            return failure instanceof SQLDataException;
        }
    }

    private static final class Letters {

        private final Queue<String> written = new ConcurrentLinkedQueue<>();
        private final AtomicInteger calls = new AtomicInteger();

        void write(Failure<String> failure) throws SQLException {
            if (calls.incrementAndGet() == 1) {
                throw new SQLException("the table is locked");
            }
            written.add(failure.input());
        }
    }
}
