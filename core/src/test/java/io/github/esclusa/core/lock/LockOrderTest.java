// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core.lock;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.esclusa.core.testing.LogCapture;
import io.github.esclusa.core.testing.Running;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two locks taken in opposite orders are told of before they deadlock, by whatever way they are taken. */
@Timeout(60)
@SuppressWarnings({
    "LockNotBeforeTry", // some holds end elsewhere than in their block: that is what is tested
    "WaitNotInLoop" // and some waits are for nothing but their end
})
class LockOrderTest {

    private final LockOrder order = LockOrder.named("bank");
    private final InstrumentedLock a = ordered("a");
    private final InstrumentedLock b = ordered("b");
    private final InstrumentedLock c = ordered("c");

    private InstrumentedLock ordered(String name) {
        return InstrumentedLock.builder(name).order(order).build();
    }

    @Test
    void oneThreadIsEnoughToShowTwoLocksTakenInOppositeOrders() {
        nested(a, b);
        assertThatThrownBy(() -> nested(b, a))
                .isInstanceOf(LockOrderException.class)
                .hasMessageContainingAll(
                        "lock 'a'", "holds 'b'", "lock order 'bank'", "'b' was asked for while 'a' was held");
        assertThat(order.inversions()).isOne();
        assertFree();
    }

    @Test
    void theCauseShowsWhereTheOrderWasMade() {
        nested(a, b);
        assertThatThrownBy(() -> nested(b, a)).satisfies(thrown -> {
            Throwable cause = requireNonNull(thrown.getCause());
            assertThat(cause).hasMessageContaining(Thread.currentThread().getName());
            assertThat(cause.getStackTrace()).anySatisfy(frame -> assertThat(frame.getMethodName())
                    .isEqualTo("theCauseShowsWhereTheOrderWasMade"));
        });
    }

    @Test
    void anOrderThatGoesRoundByWayOfOthersIsFoundAndEachStepIsShown() {
        nested(a, b);
        nested(b, c);
        assertThatThrownBy(() -> nested(c, a))
                .isInstanceOf(LockOrderException.class)
                .hasMessageContainingAll("'b' was asked for while 'a' was held", "'c' was asked for while 'b' was held")
                .satisfies(thrown -> assertThat(thrown.getSuppressed()).hasSize(1));
    }

    @Test
    void locksOfOneNameAreToldApart() {
        InstrumentedLock second = ordered("a");
        InstrumentedLock third = ordered("a");
        nested(a, second);
        nested(second, third);
        assertThatThrownBy(() -> nested(third, a))
                .isInstanceOf(LockOrderException.class)
                .hasMessageContainingAll(
                        "takes lock 'a' while it holds 'a' (lock 3 of that name)",
                        "'a' (lock 2 of that name) was asked for while 'a' was held",
                        "'a' (lock 3 of that name) was asked for while 'a' (lock 2 of that name) was held");
    }

    /** A number is not given twice while one of the name is in use. */
    @Test
    void aLockOfANameThatAnotherHadIsToldFromThoseThatAreLeft() {
        List<InstrumentedLock> made = new ArrayList<>(List.of(ordered("account"), ordered("account")));
        WeakReference<InstrumentedLock> dropped = new WeakReference<>(made.remove(0));
        InstrumentedLock second = made.get(0);
        Awaitility.await().atMost(Running.LIMIT).until(() -> {
            System.gc();
            return dropped.get() == null;
        });
        InstrumentedLock third = ordered("account");
        nested(second, third);
        assertThatThrownBy(() -> nested(third, second))
                .hasMessageContaining("'account' (lock 2 of that name) while it holds 'account' (lock 3 of that name)");
    }

    /** Hand over hand: no thread's stack holds a call for each lock of a long row. */
    @Test
    void anOrderOfAnyLengthIsFollowedToItsEnd() {
        List<InstrumentedLock> row = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            row.add(ordered("l" + i));
        }
        InstrumentedLock last = row.get(row.size() - 1);
        row.get(0).lock();
        for (int i = 1; i < row.size(); i++) {
            row.get(i).lock();
            row.get(i - 1).unlock();
        }
        assertThatThrownBy(row.get(0)::lock)
                .isInstanceOf(LockOrderException.class)
                .hasMessageContainingAll("'l1' was asked for while 'l0' was held", "'l19999' was asked for")
                .satisfies(thrown -> assertThat(thrown.getSuppressed()).hasSize(row.size() - 2));
        last.unlock();
        assertThat(order.inversions()).isOne();
    }

    /** Each pair against the order in which the locks were seen so far: the worst for the places they have been given. */
    @Test
    void anOrderLearnedFromItsEndIsTheSame() {
        List<InstrumentedLock> row = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            row.add(ordered("l" + i));
        }
        for (int i = row.size() - 2; i >= 0; i -= 2) {
            nested(row.get(i), row.get(i + 1)); // apart,
        }
        for (int i = row.size() - 3; i >= 0; i -= 2) {
            nested(row.get(i), row.get(i + 1)); // and then joined
        }
        assertThatThrownBy(() -> nested(row.get(row.size() - 1), row.get(0))).isInstanceOf(LockOrderException.class);
        assertThatCode(() -> nested(row.get(0), row.get(row.size() - 1))).doesNotThrowAnyException();
        assertThat(order.inversions()).isOne();
    }

    /** The lock was not taken: what it would have come after as well is no order. */
    @Test
    void anAcquireThatIsRefusedLeavesNothingBehind() {
        nested(c, b);
        assertThatThrownBy(() -> nested(a, b, c)).isInstanceOf(LockOrderException.class);
        assertThatCode(() -> nested(c, a)).doesNotThrowAnyException();
        assertThat(order.inversions()).isOne();
        assertFree();
    }

    @Test
    void oneOrderEverywhereIsNeverRefused() {
        for (int i = 0; i < 3; i++) {
            nested(a, b);
            nested(a, c);
            nested(b, c);
        }
        assertThat(order.inversions()).isZero();
        assertFree();
    }

    @Test
    void theOrderHoldsWhateverTheWayOfTaking() throws Exception {
        nested(a, b);
        try (Held held = b.hold()) {
            assertThatThrownBy(a::lock).isInstanceOf(LockOrderException.class);
            assertThatThrownBy(a::lockInterruptibly).isInstanceOf(LockOrderException.class);
            assertThatThrownBy(() -> a.tryLock(1, TimeUnit.HOURS)).isInstanceOf(LockOrderException.class);
            assertThatThrownBy(() -> a.tryHold(Duration.ofHours(1))).isInstanceOf(LockOrderException.class);
        }
        assertFree();
    }

    @Test
    void aTryThatCannotWaitIsFreeOfTheOrderButWhatItTakesCountsAsHeld() {
        nested(a, b);
        try (Held held = b.hold()) {
            assertThat(a.tryLock()).isTrue();
            try {
                assertThatCode(() -> nested(c)).doesNotThrowAnyException(); // a before c, and b before c
            } finally {
                a.unlock();
            }
        }
        assertThatThrownBy(() -> nested(c, a)).isInstanceOf(LockOrderException.class);
        assertFree();
    }

    @Test
    void takingAHeldLockAgainIsNoMatterOfOrder() {
        try (Held outer = a.hold();
                Held inner = b.hold();
                Held again = a.hold()) {
            assertThat(order.inversions()).isZero();
        }
        assertFree();
    }

    @Test
    void locksReleasedInAnotherOrderThanTakenAreForgottenEach() {
        a.lock();
        assertThat(b.tryLock()).isTrue(); // no order between a and b
        a.unlock();
        nested(c); // b before c, and not a before c
        b.unlock();
        assertThatCode(() -> nested(c, a)).doesNotThrowAnyException();
        assertThatThrownBy(() -> nested(c, b)).isInstanceOf(LockOrderException.class);
        assertFree();
    }

    @Test
    void aReturnFromAWaitTakesItsLockAgainAfterTheOthersHeld() throws Exception {
        Condition inner = a.newCondition();
        a.lock();
        b.lock();
        try {
            // Its return would take a while b is held, against a before b.
            assertThatThrownBy(() -> inner.await(1, TimeUnit.HOURS)).isInstanceOf(LockOrderException.class);
        } finally {
            b.unlock();
            a.unlock();
        }
        assertFree();
    }

    @Test
    void aWaitThatKeepsToTheOrderWaits() throws Exception {
        Condition inner = b.newCondition();
        a.lock();
        b.lock();
        try {
            assertThat(inner.await(1, TimeUnit.MILLISECONDS)).isFalse();
        } finally {
            b.unlock();
            a.unlock();
        }
        assertThat(order.inversions()).isZero();
        assertFree();
    }

    @Test
    void ofTwoThreadsThatMeetFromOppositeSidesAtOnceOneIsRefusedAndNoneHangs() throws Exception {
        for (int i = 0; i < 200; i++) {
            LockOrder fresh = LockOrder.named("round " + i);
            InstrumentedLock left =
                    InstrumentedLock.builder("left").order(fresh).build();
            InstrumentedLock right =
                    InstrumentedLock.builder("right").order(fresh).build();
            CyclicBarrier bothHold = new CyclicBarrier(2);
            AtomicInteger refused = new AtomicInteger();
            Running<@Nullable Object> one = crossing(left, right, bothHold, refused);
            Running<@Nullable Object> two = crossing(right, left, bothHold, refused);
            one.result();
            two.result();
            assertThat(refused).hasValue(1);
        }
    }

    private static Running<@Nullable Object> crossing(
            InstrumentedLock mine, InstrumentedLock other, CyclicBarrier bothHold, AtomicInteger refused) {
        return Running.run(() -> {
            try (Held held = mine.hold()) {
                bothHold.await();
                nested(other);
            } catch (LockOrderException e) {
                refused.incrementAndGet();
            }
        });
    }

    @Test
    void aWarningGoesOnAndIsGivenOnceForEachTwoLocks() {
        LockOrder lenient = LockOrder.named("lenient", InversionPolicy.WARN);
        InstrumentedLock x = InstrumentedLock.builder("x").order(lenient).build();
        InstrumentedLock y = InstrumentedLock.builder("y").order(lenient).build();
        try (LogCapture log = LogCapture.of(InstrumentedLock.class)) {
            nested(x, y);
            nested(y, x);
            nested(y, x);
            nested(x, y);
            assertThat(log.lines()).containsExactly("WARN two locks are taken in opposite orders");
        }
        assertThat(lenient.inversions()).isOne();
    }

    @Test
    void aBrokenLoggerDoesNotKeepALockFromBeingTaken() {
        LockOrder lenient = LockOrder.named("lenient", InversionPolicy.WARN);
        InstrumentedLock x = InstrumentedLock.builder("x").order(lenient).build();
        InstrumentedLock y = InstrumentedLock.builder("y").order(lenient).build();
        try (LogCapture log = LogCapture.broken(InstrumentedLock.class)) {
            nested(x, y);
            assertThatCode(() -> nested(y, x)).doesNotThrowAnyException();
        }
    }

    @Test
    void aTimedOutOrInterruptedAcquireIsNotHeld() throws Exception {
        Running<@Nullable Object> holder = Running.run(() -> {
            b.lock();
            try {
                new CyclicBarrier(2).await(); // until interrupted
            } catch (InterruptedException e) {
                return;
            } finally {
                b.unlock();
            }
        });
        holder.awaitParked();
        assertThat(b.tryLock(1, TimeUnit.MILLISECONDS)).isFalse();
        Thread.currentThread().interrupt();
        assertThatThrownBy(b::lockInterruptibly).isInstanceOf(InterruptedException.class);
        holder.interrupt();
        holder.result();
        nested(a); // were b held, this would be b before a
        assertThatCode(() -> nested(a, b)).doesNotThrowAnyException();
    }

    @Test
    void locksNobodyUsesAreForgotten() {
        WeakReference<InstrumentedLock> dropped = new WeakReference<>(takenBefore(b));
        Awaitility.await().atMost(Running.LIMIT).until(() -> {
            System.gc();
            return dropped.get() == null;
        });
        nested(b, a);
    }

    private InstrumentedLock takenBefore(InstrumentedLock second) {
        InstrumentedLock first = ordered("short-lived");
        nested(first, second);
        return first;
    }

    @Test
    void aBlankNameIsRefused() {
        assertThatThrownBy(() -> LockOrder.named(" "))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("say whose locks they are");
    }

    private static void nested(InstrumentedLock... locks) {
        take(locks, 0);
    }

    private static void take(InstrumentedLock[] locks, int from) {
        if (from < locks.length) {
            try (Held held = locks[from].hold()) {
                take(locks, from + 1);
            }
        }
    }

    private void assertFree() {
        for (InstrumentedLock lock : new InstrumentedLock[] {a, b, c}) {
            assertThat(lock.isHeldByCurrentThread()).as("%s", lock).isFalse();
        }
    }
}
