// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.timer;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.EnumMultiset;
import com.google.common.collect.Multiset;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/** One run of {@link TimersTortureTest}. */
final class TortureRun {

    private final Random random;
    private final ExecutorService threads;
    private final Timers timers;
    private final int users;
    private final int steps;
    private final long closeAfterNanos;
    private final boolean closedByCallback;

    private final ReentrantLock lock = new ReentrantLock();

    @GuardedBy("lock")
    private final List<TortureSubject> subjects = new ArrayList<>();

    TortureRun(Random random, ExecutorService threads) {
        this.random = random;
        this.threads = threads;
        this.users = 1 + random.nextInt(4);
        this.steps = 20 + random.nextInt(200);
        this.closeAfterNanos = random.nextInt(4_000_000);
        this.closedByCallback = random.nextInt(8) == 0;
        Timers.Builder builder = Timers.builder("torture").maxPending(1 + random.nextInt(300));
        this.timers = random.nextBoolean()
                ? builder.workers(1 + random.nextInt(3)).start()
                : builder.executor(moody(random.nextInt(3), new Random(random.nextLong())))
                        .start();
    }

    /** An executor on the test's threads that refuses now and then, or runs a task twice. Only the timing thread calls it. */
    private Executor moody(int mood, Random whims) {
        return task -> {
            int choice = whims.nextInt(10);
            if (mood > 0 && choice == 0) {
                throw new RejectedExecutionException("in no mood");
            }
            threads.execute(task);
            if (mood > 1 && choice == 1) {
                threads.execute(task);
            }
            if (mood > 1 && choice == 2) {
                throw new IllegalStateException("accepted, and thrown all the same");
            }
        };
    }

    void run() throws Exception {
        List<Future<?>> using = new ArrayList<>();
        for (int i = 0; i < users; i++) {
            Random own = new Random(random.nextLong());
            using.add(threads.submit(() -> use(own)));
        }
        LockSupport.parkNanos(closeAfterNanos);
        if (closedByCallback) {
            closeFromCallback();
        }
        TimersReport report = timers.shutdown(Duration.ofSeconds(30));
        long closedNanos = System.nanoTime();
        for (Future<?> user : using) {
            user.get(30, TimeUnit.SECONDS);
        }
        judge(report, closedNanos);
    }

    private void closeFromCallback() {
        try {
            TortureSubject closer = new TortureSubject(timers, new Random(1)) {
                @Override
                void act() {
                    timers.close();
                }
            };
            keep(closer);
            closer.schedule(Duration.ZERO);
        } catch (RejectedExecutionException e) {
            return; // full, or closed by then: the main thread closes
        }
    }

    private void use(Random own) {
        for (int step = 0; step < steps; step++) {
            TortureSubject subject = new TortureSubject(timers, new Random(own.nextLong()));
            try {
                if (own.nextInt(4) == 0) {
                    keepScheduled(subject, () -> subject.schedulePeriodic(own));
                } else {
                    keepScheduled(subject, () -> subject.schedule(Duration.ofNanos(own.nextInt(2_000_000))));
                }
            } catch (TimersFullException e) {
                any(own).cancel();
            } catch (RejectedExecutionException e) {
                return; // closed
            }
            if (own.nextInt(3) == 0) {
                any(own).cancel();
            }
            if (own.nextInt(3) == 0) {
                any(own).reset(Duration.ofNanos(own.nextInt(1_000_000)));
            }
        }
    }

    private void keepScheduled(TortureSubject subject, Runnable schedule) {
        schedule.run();
        keep(subject);
    }

    private void keep(TortureSubject subject) {
        lock.lock();
        try {
            subjects.add(subject);
        } finally {
            lock.unlock();
        }
    }

    /** Any of the timers; while there is none, one that was never scheduled and does nothing. */
    private TortureSubject any(Random own) {
        lock.lock();
        try {
            return subjects.isEmpty() ? new TortureSubject(timers, own) : subjects.get(own.nextInt(subjects.size()));
        } finally {
            lock.unlock();
        }
    }

    private void judge(TimersReport report, long closedNanos) {
        lock.lock();
        try {
            assertThat(report.terminated()).isTrue();
            assertThat(report.balanced()).as("%s", report).isTrue();
            Multiset<TimerState> states = EnumMultiset.create(TimerState.class);
            for (TortureSubject subject : subjects) {
                if (subject.wasScheduled()) {
                    states.add(subject.judge(closedNanos));
                }
            }
            assertThat(report.balance())
                    .isEqualTo(new TimerBalance(
                            states.size(),
                            0,
                            0,
                            states.count(TimerState.FIRED),
                            states.count(TimerState.CANCELLED),
                            states.count(TimerState.REJECTED),
                            states.count(TimerState.RETURNED),
                            0));
            assertThat(report.returned()).hasSize(states.count(TimerState.RETURNED));
        } finally {
            lock.unlock();
        }
    }
}
