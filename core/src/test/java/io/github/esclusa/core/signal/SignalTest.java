// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core.signal;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.esclusa.core.testing.Running;
import io.github.esclusa.core.time.Clock;
import io.github.esclusa.core.time.ManualClock;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SignalTest {

    private static final Duration LONG = Duration.ofHours(1);

    private final ManualClock clock = new ManualClock();
    private final Signal signal = Signal.named("ready", clock);

    @Test
    void startsClear() {
        assertThat(signal.isSet()).isFalse();
        assertThat(signal.name()).isEqualTo("ready");
        assertThat(signal).hasToString("Signal(ready, clear)");
    }

    @Test
    void awaitReturnsAtOnceWhenSet() throws Exception {
        signal.set();

        signal.await();

        assertThat(signal.await(Duration.ZERO)).isTrue();
        assertThat(signal).hasToString("Signal(ready, set)");
    }

    @Test
    void setLetsEveryWaiterGo() throws Exception {
        List<Running<Boolean>> waiters = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            waiters.add(Running.call(() -> signal.await(LONG)));
        }
        clock.awaitWaiters(5, Running.LIMIT);

        signal.set();

        for (Running<Boolean> waiter : waiters) {
            assertThat(waiter.result()).isTrue();
        }
        assertThat(signal.waiting()).isZero();
    }

    /** A clear that comes between the wake-up and the waiter's look at the flag, every time: the clock puts it there. */
    @Test
    void waiterPresentAtSetDoesNotMissItBecauseClearFollowsAtOnce() throws Exception {
        AtomicReference<@Nullable Signal> cleared = new AtomicReference<>();
        Clock clearsBeforeTheWaiterLooks = new Clock() {
            @Override
            public long nanoTime() {
                return 0;
            }

            @Override
            @SuppressWarnings("WaitNotInLoop") // The loop is the signal's.
            public void awaitUntil(Lock lock, Condition condition, long deadlineNanos) throws InterruptedException {
                condition.await();
                Signal late = cleared.get();
                if (late != null) {
                    late.clear();
                }
            }
        };
        Signal pulsed = Signal.named("pulsed", clearsBeforeTheWaiterLooks);
        cleared.set(pulsed);
        Running<Boolean> waiter = Running.call(() -> pulsed.await(LONG)).awaitParked();

        pulsed.set();

        assertThat(waiter.result()).isTrue();
        assertThat(pulsed.isSet()).isFalse();
    }

    @Test
    void manyWaitersOfManyPulsesMissNone() throws Exception {
        for (int pulse = 0; pulse < 200; pulse++) {
            Running<?> first = Running.run(signal::await);
            Running<?> second = Running.run(signal::await);
            Awaitility.await().pollDelay(Duration.ZERO).atMost(Running.LIMIT).until(() -> signal.waiting() == 2);
            signal.set();
            signal.clear();
            first.result();
            second.result();
        }
    }

    @Test
    void waiterThatComesAfterClearWaitsForTheNextSet() throws Exception {
        signal.set();
        signal.clear();

        assertThat(signal.await(Duration.ZERO)).isFalse();

        Running<?> waiter = Running.run(signal::await).awaitParked();
        signal.set();
        waiter.result();
    }

    @Test
    void awaitTimesOutOnItsClock() throws Exception {
        Running<Boolean> waiter = Running.call(() -> signal.await(Duration.ofSeconds(5)));
        clock.awaitWaiters(1, Running.LIMIT);

        clock.advance(Duration.ofSeconds(5));

        assertThat(waiter.result()).isFalse();
        assertThat(signal.waiting()).isZero();
    }

    @Test
    void negativeAndZeroTimeoutsLookOnce() throws Exception {
        assertThat(signal.await(Duration.ZERO)).isFalse();
        assertThat(signal.await(Duration.ofSeconds(-1))).isFalse();
    }

    @Test
    void hugeTimeoutDoesNotExpireEarly() throws Exception {
        Signal nearWrap = Signal.named("wrap", new ManualClock(Long.MAX_VALUE - 5));
        Running<Boolean> waiter = Running.call(() -> nearWrap.await(Duration.ofSeconds(Long.MAX_VALUE)))
                .awaitParked();
        nearWrap.set();
        assertThat(waiter.result()).isTrue();
    }

    @Test
    void interruptLeavesAsInterruptedExceptionAndForgetsTheWaiter() throws Exception {
        Running<?> untimed = Running.run(signal::await).awaitParked();
        Running<?> timed = Running.run(() -> signal.await(LONG)).awaitParked();

        untimed.interrupt();
        timed.interrupt();

        assertThat(untimed.failure()).isInstanceOf(InterruptedException.class);
        assertThat(timed.failure()).isInstanceOf(InterruptedException.class);
        assertThat(signal.waiting()).isZero();
    }

    @Test
    void interruptPendingOnEntryIsNotSwallowedByASignalThatIsSet() throws Exception {
        signal.set();
        Running<?> waiter = Running.run(() -> {
            Thread.currentThread().interrupt();
            signal.await(LONG);
        });
        assertThat(waiter.failure()).isInstanceOf(InterruptedException.class);
    }

    @Test
    void callbackRunsOnceOnTheSettingThread() {
        List<Thread> ran = new ArrayList<>();
        signal.onSet(() -> ran.add(Thread.currentThread()));
        assertThat(ran).isEmpty();

        signal.set();
        signal.set();
        signal.clear();
        signal.set();

        assertThat(ran).containsExactly(Thread.currentThread());
    }

    @Test
    void callbackRunsAtOnceWhenAlreadySet() {
        signal.set();
        AtomicInteger runs = new AtomicInteger();

        Registration registration = signal.onSet(runs::incrementAndGet);

        assertThat(runs).hasValue(1);
        assertThat(registration.cancel()).isFalse();
    }

    @Test
    void callbacksRunInTheOrderInWhichTheyCame() {
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            int number = i;
            signal.onSet(() -> order.add(number));
        }
        signal.set();
        assertThat(order).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    }

    @Test
    void throwingCallbackNeitherStopsTheOthersNorReachesTheSetter() {
        AtomicInteger runs = new AtomicInteger();
        signal.onSet(() -> {
            throw new IllegalStateException("on purpose");
        });
        signal.onSet(() -> {
            throw new AssertionError("on purpose, an Error");
        });
        signal.onSet(runs::incrementAndGet);

        signal.set();

        assertThat(runs).hasValue(1);
        assertThat(signal.isSet()).isTrue();
    }

    /** Printing it throws it again: what the logger throws is what the callback threw. */
    @Test
    void exceptionThatCannotBePrintedDoesNotStopTheOthers() {
        AtomicInteger runs = new AtomicInteger();
        signal.onSet(() -> {
            throw new IllegalStateException() {
                @Override
                public String getMessage() {
                    throw this;
                }
            };
        });
        signal.onSet(runs::incrementAndGet);

        signal.set();

        assertThat(runs).hasValue(1);
    }

    @Test
    void throwingCallbackOnASignalThatIsSetDoesNotReachTheCaller() {
        signal.set();
        signal.onSet(() -> {
            throw new AssertionError("on purpose");
        });
        assertThat(signal.isSet()).isTrue();
    }

    @Test
    void cancelledCallbackNeverRuns() {
        AtomicInteger runs = new AtomicInteger();
        Registration registration = signal.onSet(runs::incrementAndGet);

        assertThat(registration.cancel()).isTrue();
        assertThat(registration.cancel()).isFalse();
        registration.close();
        signal.set();

        assertThat(runs).hasValue(0);
        assertThat(registration).hasToString("Registration(ready, CANCELLED)");
    }

    /** Else a signal that is never raised would collect them. */
    @Test
    void cancelledCallbackIsForgottenBeforeTheSignalIsSet() {
        WeakReference<Registration> cancelled = new WeakReference<>(signal.onSet(signal::clear));
        assertThat(requireNonNull(cancelled.get()).cancel()).isTrue();
        Awaitility.await().atMost(Running.LIMIT).until(() -> {
            System.gc();
            return cancelled.get() == null;
        });
        assertThat(signal.isSet()).isFalse();
    }

    @Test
    void callbackCanCancelOneThatIsDueAfterIt() {
        AtomicInteger runs = new AtomicInteger();
        List<Registration> later = new ArrayList<>();
        List<Boolean> cancelled = new ArrayList<>();
        signal.onSet(() -> cancelled.add(later.get(0).cancel()));
        later.add(signal.onSet(runs::incrementAndGet));

        signal.set();

        assertThat(cancelled).containsExactly(true);
        assertThat(runs).hasValue(0);
    }

    @Test
    void callbackRunsOutsideTheLock() throws Exception {
        CountDownLatch inCallback = new CountDownLatch(1);
        CountDownLatch leave = new CountDownLatch(1);
        signal.onSet(() -> {
            inCallback.countDown();
            awaitQuietly(leave);
        });
        Running<?> setter = Running.run(signal::set);
        inCallback.await();

        // Every operation goes through while the callback hangs.
        Running<Boolean> other = Running.call(() -> {
            boolean seen = signal.await(Duration.ZERO);
            signal.clear();
            signal.onSet(() -> {}).cancel();
            return seen && signal.waiting() == 0;
        });
        assertThat(other.result()).isTrue();
        leave.countDown();
        setter.result();
    }

    @Test
    void callbackMayUseItsSignal() {
        AtomicInteger runs = new AtomicInteger();
        signal.onSet(() -> {
            signal.clear();
            signal.onSet(runs::incrementAndGet);
            signal.set();
        });

        signal.set();

        assertThat(runs).hasValue(1);
    }

    @Test
    void callbackThatRacesSetRunsExactlyOnce() throws Exception {
        for (int round = 0; round < 2_000; round++) {
            Signal raced = Signal.named("raced");
            AtomicInteger runs = new AtomicInteger();
            Running<?> setter = Running.run(raced::set);
            raced.onSet(runs::incrementAndGet);
            setter.result();
            assertThat(runs).hasValue(1);
        }
    }

    @Test
    void blankNameIsRefused() {
        assertThatThrownBy(() -> Signal.named(" "))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("name of the signal");
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
