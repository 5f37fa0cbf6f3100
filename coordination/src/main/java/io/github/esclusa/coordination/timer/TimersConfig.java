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

        private final String name;

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
            if (name.isBlank()) {
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
        TimerLog log = new TimerLog(name);
        NamedThreads workerThreads = NamedThreads.of(threadKind, name + "-timer");
        // Never virtual: a timing thread that had to wait for a carrier would be late for every timer.
        NamedThreads timingThread = NamedThreads.of(
                threadKind == ThreadKind.PLATFORM ? ThreadKind.PLATFORM : ThreadKind.DAEMON, name + "-timing");
        MeterScope scope = MeterScope.open(TimerMetrics.PREFIX, name, meterRegistry);
        TimerLedger ledger = new TimerLedger(name, maxPending, clock);
        TimerMetrics metrics = new TimerMetrics(scope, ledger);
        Workers own = executor == null ? new Workers(name, workers, workerThreads, log) : null;
        TimerEngine engine = new TimerEngine(
                name,
                clock,
                ledger,
                executor == null ? requireNonNull(own) : executor,
                own,
                metrics,
                log,
                timingThread);
        engine.start();
        return engine;
    }
}
