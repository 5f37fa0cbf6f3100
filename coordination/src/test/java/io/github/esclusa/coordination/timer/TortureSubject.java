// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.timer;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** One timer of the torture test, with all that was answered about it and all that its callback saw. */
class TortureSubject {

    /** A reset that was answered RESET: the callback must not begin before this reading, unless before the call. */
    private record Reset(long calledNanos, long earliestNanos, long answeredNanos) {}

    private final Timers timers;

    @GuardedBy("lock")
    private final Random random;

    private final ReentrantLock lock = new ReentrantLock();

    /** Set before the subject is shared; its own callback may come before that, and then sees null. */
    private volatile @Nullable Timer timer;

    private boolean periodic;

    @GuardedBy("lock")
    private final Map<CancelOutcome, Integer> cancels = new EnumMap<>(CancelOutcome.class);

    @GuardedBy("lock")
    private final List<Reset> resets = new ArrayList<>();

    @GuardedBy("lock")
    private final List<Long> begun = new ArrayList<>();

    /** When the first cancel that ended the timer had been answered; zero until then. */
    @GuardedBy("lock")
    private long cancelledNanos;

    private final AtomicInteger inside = new AtomicInteger();
    private final AtomicInteger overlaps = new AtomicInteger();

    TortureSubject(Timers timers, Random random) {
        this.timers = timers;
        this.random = random;
    }

    void schedule(Duration delay) {
        timer = timers.after(delay, this::callback);
    }

    void schedulePeriodic(Random own) {
        periodic = true;
        Duration initial = Duration.ofNanos(own.nextInt(1_000_000));
        Duration period = Duration.ofNanos(1 + own.nextInt(500_000));
        timer = own.nextBoolean()
                ? timers.atFixedRate(initial, period, this::callback)
                : timers.withFixedDelay(initial, period, this::callback);
    }

    boolean wasScheduled() {
        return timer != null;
    }

    void cancel() {
        Timer scheduled = timer;
        if (scheduled == null) {
            return;
        }
        CancelOutcome outcome = scheduled.cancel();
        lock.lock();
        try {
            cancels.merge(outcome, 1, Integer::sum);
            if (outcome == CancelOutcome.CANCELLED) {
                cancelledNanos = System.nanoTime();
            }
        } finally {
            lock.unlock();
        }
    }

    void reset(Duration delay) {
        Timer scheduled = timer;
        if (scheduled == null) {
            return;
        }
        long called = System.nanoTime();
        if (scheduled.reset(delay) == ResetOutcome.RESET) {
            lock.lock();
            try {
                resets.add(new Reset(called, called + delay.toNanos(), System.nanoTime()));
            } finally {
                lock.unlock();
            }
        }
    }

    /** What the callback does; here anything the timers allow, and now and then it throws. */
    void act() {
        int choice;
        lock.lock();
        try {
            choice = random.nextInt(12);
        } finally {
            lock.unlock();
        }
        switch (choice) {
            case 0 -> cancel();
            case 1 -> reset(Duration.ZERO);
            case 2 -> throw new AssertionError("on purpose");
            default -> Thread.onSpinWait();
        }
    }

    private void callback() {
        long now = System.nanoTime();
        if (inside.incrementAndGet() != 1) {
            overlaps.incrementAndGet();
        }
        try {
            lock.lock();
            try {
                begun.add(now);
            } finally {
                lock.unlock();
            }
            act();
        } finally {
            inside.decrementAndGet();
        }
    }

    /** Holds what happened against what was answered. */
    TimerState judge(long closedNanos) {
        Timer scheduled = timer;
        assertThat(scheduled).isNotNull();
        TimerState state = scheduled.state();
        lock.lock();
        try {
            int cancelled = cancels.getOrDefault(CancelOutcome.CANCELLED, 0);
            assertThat(state.isSettled()).as("%s", this).isTrue();
            assertThat(overlaps).as("%s", this).hasValue(0);
            assertThat(cancelled).as("%s", this).isLessThanOrEqualTo(1);
            for (long begin : begun) {
                assertThat(begin - closedNanos).as("%s", this).isNegative();
                assertThat(cancelled == 1 && begin - cancelledNanos > 0)
                        .as("began after CANCELLED: %s", this)
                        .isFalse();
                assertThat(isBeforeItsReset(begin))
                        .as("began too early: %s", this)
                        .isFalse();
            }
            if (cancelled == 1) {
                assertThat(state).as("%s", this).isEqualTo(TimerState.CANCELLED);
            }
            if (!periodic) {
                judgeOneShot(state, cancelled);
            } else {
                assertThat(state).as("%s", this).isIn(TimerState.CANCELLED, TimerState.RETURNED);
            }
            return state;
        } finally {
            lock.unlock();
        }
    }

    /** Only the last reset can be held to its word: a later one may have brought the moment forward again. */
    @GuardedBy("lock")
    private boolean isBeforeItsReset(long begin) {
        for (Reset reset : resets) {
            long overlapping = resets.stream()
                    .filter(other -> other.answeredNanos() - reset.calledNanos() >= 0)
                    .count();
            if (overlapping == 1 && begin - reset.answeredNanos() > 0 && begin - reset.earliestNanos() < 0) {
                return true;
            }
        }
        return false;
    }

    @GuardedBy("lock")
    private void judgeOneShot(TimerState state, int cancelled) {
        boolean saidToRun = cancels.containsKey(CancelOutcome.RUNNING) || cancels.containsKey(CancelOutcome.FIRED);
        assertThat(begun).as("%s", this).hasSize(state == TimerState.FIRED ? 1 : 0);
        assertThat(saidToRun).as("%s", this).isIn(false, state == TimerState.FIRED);
        assertThat(cancelled == 1).as("%s", this).isEqualTo(state == TimerState.CANCELLED);
        for (long begin : begun) {
            assertThat(resets)
                    .as("reset answered RESET for a run already begun")
                    .noneMatch(reset -> reset.calledNanos() - begin > 0);
        }
    }

    @Override
    public String toString() {
        lock.lock();
        try {
            return "TortureSubject(" + timer + ", cancels " + cancels + ", resets " + resets + ", begun " + begun + ")";
        } finally {
            lock.unlock();
        }
    }
}
