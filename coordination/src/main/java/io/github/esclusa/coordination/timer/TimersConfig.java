// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.timer;

import static java.util.Objects.requireNonNull;

import io.github.esclusa.core.metrics.MeterScope;
import io.github.esclusa.core.thread.NamedThreads;
import io.github.esclusa.core.thread.ThreadKind;
import io.github.esclusa.core.time.Clock;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/** What timers are made from, validated, and how they are put together. */
record TimersConfig(
        String name,
        @Nullable Executor executor,
        int workers,
        ThreadKind threadKind,
        int maxPending,
        Duration closeTimeout,
        Clock clock,
        @Nullable MeterRegistry meterRegistry) {

    private static final int DEFAULT_WORKERS = 2;
    private static final int DEFAULT_MAX_PENDING = 100_000;
    private static final Duration DEFAULT_CLOSE_TIMEOUT = Duration.ofSeconds(10);

    /** The settings as the builder collects them. */
    static final class Draft {

        final String name;

        @Nullable
        Executor executor;

        @Nullable
        Integer workers;

        ThreadKind threadKind = ThreadKind.DAEMON;
        int maxPending = DEFAULT_MAX_PENDING;
        Duration closeTimeout = DEFAULT_CLOSE_TIMEOUT;
        Clock clock = Clock.system();

        @Nullable
        MeterRegistry meterRegistry;

        Draft(String name) {
            if (requireNonNull(name, "the name of the timers is null").isBlank()) {
                throw new IllegalArgumentException(
                        "the name of timers is blank: give them one that says what they time");
            }
            this.name = name;
        }

        TimersConfig validated() {
            if (executor != null && workers != null) {
                throw new IllegalArgumentException("timers '" + name + "' were given both workers(" + workers
                        + ") and an executor: callbacks run on one of them, leave out the other");
            }
            int threads = workers == null ? DEFAULT_WORKERS : workers;
            requireAtLeastOne("workers", threads);
            requireAtLeastOne("maxPending", maxPending);
            if (closeTimeout.isNegative()) {
                throw new IllegalArgumentException("closeTimeout(" + closeTimeout + ") of timers '" + name
                        + "' is negative: it must be zero or longer");
            }
            return new TimersConfig(
                    name, executor, threads, threadKind, maxPending, closeTimeout, clock, meterRegistry);
        }

        private void requireAtLeastOne(String setting, int value) {
            if (value < 1) {
                throw new IllegalArgumentException(
                        setting + "(" + value + ") of timers '" + name + "' is too small: it must be at least 1");
            }
        }
    }

    TimerEngine startEngine() {
        // Never virtual: a timing thread that had to wait for a carrier would be late for every timer.
        return startEngine(NamedThreads.of(
                threadKind == ThreadKind.PLATFORM ? ThreadKind.PLATFORM : ThreadKind.DAEMON, name + "-timing"));
    }

    TimerEngine startEngine(ThreadFactory timingThread) {
        TimerLog log = new TimerLog(name, clock);
        NamedThreads workerThreads = NamedThreads.of(threadKind, name + "-timer");
        Workers own = executor == null ? new Workers(name, workers, workerThreads, log) : null;
        TimerLedger ledger = new TimerLedger(name, maxPending, clock);
        MeterScope scope = MeterScope.open(TimerMetrics.PREFIX, "timers", name, meterRegistry);
        boolean started = false;
        try {
            TimerEngine engine = new TimerEngine(
                    name,
                    clock,
                    ledger,
                    executor == null ? requireNonNull(own) : executor,
                    own,
                    new TimerMetrics(scope, ledger),
                    log,
                    timingThread);
            engine.start();
            started = true;
            return engine;
        } finally {
            if (!started) {
                scope.close(); // for want of a thread, say: the name is free for whoever tries again
            }
        }
    }
}
