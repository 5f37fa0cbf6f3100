// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.startup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.esclusa.coordination.startup.BarrierBroken.Reason;
import io.github.esclusa.core.thread.NamedThreads;
import io.github.esclusa.core.thread.ThreadKind;
import io.github.esclusa.core.time.Clock;
import io.github.esclusa.core.time.ManualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

/** Parties that wait for one another, and what each of them hears when one does not come. */
@Timeout(60)
class BarrierTest {

    private static final Duration LONG = Duration.ofSeconds(30);

    /** More than a {@link java.util.concurrent.Phaser} can count. */
    private static final int MANY = 70_000;

    private final ManualClock clock = new ManualClock();
    private final CountDownLatch acting = new CountDownLatch(1);
    private final CountDownLatch let = new CountDownLatch(1);
    private final AtomicInteger actions = new AtomicInteger();
    private final Barrier.Builder builder = Barrier.builder("workers").clock(clock);

    @AfterEach
    void letGo() {
        let.countDown();
    }

    private Background<Integer> arrive(Barrier barrier, Duration timeout) throws InterruptedException {
        int before = barrier.waiting();
        var party = Background.call(() -> barrier.await(timeout));
        await().until(() -> barrier.waiting() == before + 1);
        return party;
    }

    /** A barrier of two, both of which are here: one waits, the other is in the action until it is let. */
    private Barrier inAction() {
        return builder.parties(2)
                .whenAllHere(() -> {
                    actions.incrementAndGet();
                    acting.countDown();
                    Journal.awaitStubbornly(let);
                })
                .build();
    }

    private Background<Integer> act(Barrier barrier) throws InterruptedException {
        var last = Background.call(() -> barrier.await(LONG));
        acting.await();
        return last;
    }

    private static BarrierBroken broken(Background<?> party) throws InterruptedException {
        Throwable failure = party.failure();
        assertThat(failure).isInstanceOf(BarrierBroken.class);
        return (BarrierBroken) failure;
    }

    @Test
    void allGoOnTogetherWhenTheLastHasCome() throws Exception {
        Barrier barrier = builder.parties(3).build();
        var first = arrive(barrier, LONG);
        var second = arrive(barrier, LONG);
        assertThat(barrier.state()).isEqualTo(BarrierState.GATHERING);

        assertThat(barrier.await(Duration.ZERO)).isEqualTo(2);

        assertThat(first.get()).isZero();
        assertThat(second.get()).isEqualTo(1);
        assertThat(barrier.waiting()).isZero();
    }

    @Test
    void aBarrierOfOneWaitsForNobody() throws Exception {
        Barrier barrier =
                builder.parties(1).whenAllHere(actions::incrementAndGet).build();

        assertThat(barrier.await(Duration.ZERO)).isZero();
        assertThat(barrier.await()).isZero();
        assertThat(actions).hasValue(2);
    }

    @Test
    void itServesRoundAfterRound() throws Exception {
        List<Integer> sums = new ArrayList<>(); // written by the action alone, which happens-before the next
        int[] parts = new int[3];
        Barrier barrier = Barrier.builder("workers")
                .parties(3)
                .whenAllHere(() -> sums.add(parts[0] + parts[1] + parts[2]))
                .build();
        List<Background<Boolean>> parties = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            int mine = i;
            parties.add(Background.call(() -> {
                for (int round = 1; round <= 1000; round++) {
                    parts[mine] = round;
                    barrier.await(LONG);
                }
                return true;
            }));
        }
        for (Background<Boolean> party : parties) {
            assertThat(party.get()).isTrue();
        }
        assertThat(sums).hasSize(1000).first().isEqualTo(3);
        assertThat(sums).last().isEqualTo(3000);
    }

    /** A waiter present at the trip that misses it because the next generation begins at once, or the barrier breaks. */
    @Test
    void whoIsHereWhenItTripsPassesWhateverComesNext() throws Exception {
        for (int round = 0; round < 500; round++) {
            Barrier barrier = builder.parties(2).build();
            var waiter = Background.call(() -> barrier.await(LONG));
            clock.awaitWaiters(1, LONG);
            barrier.await(LONG);
            var next = Background.call(() -> barrier.await(LONG)); // the next generation
            barrier.close();

            assertThat(waiter.get()).isZero();
            assertThat(broken(next).reason()).isEqualTo(Reason.CLOSED);
        }
    }

    /** A thread that times out at a barrier: every other waiter learns of it, with the cause. */
    @Test
    void oneThatTimesOutIsNamedToEverybodyAtOnce() throws Exception {
        Barrier barrier = builder.parties(4).build();
        var patient = arrive(barrier, LONG);
        var endless = Background.call(barrier::await);
        await().until(() -> barrier.waiting() == 2);
        var hasty = Background.call(() -> {
            Thread.currentThread().setName("hasty");
            return barrier.await(Duration.ofSeconds(1));
        });
        clock.awaitWaiters(3, LONG);

        clock.advance(Duration.ofSeconds(1));

        BarrierBroken own = broken(hasty);
        List<BarrierBroken> told = new ArrayList<>(List.of(own, broken(patient), broken(endless)));
        told.add(broken(Background.call(() -> barrier.await(LONG)))); // comes later
        assertThat(told).doesNotHaveDuplicates().allSatisfy(broken -> {
            assertThat(broken.barrier()).isEqualTo("workers");
            assertThat(broken.reason()).isEqualTo(Reason.TIMED_OUT);
            assertThat(broken.culprit()).isEqualTo("hasty");
            assertThat(broken.getCause()).isInstanceOf(TimeoutException.class).isSameAs(own.getCause());
            assertThat(broken)
                    .hasMessage("barrier 'workers' is broken: thread 'hasty' could wait no longer,"
                            + " when 3 of 4 were here; build another");
        });
        assertThat(barrier.state()).isEqualTo(BarrierState.BROKEN);
        assertThat(barrier.waiting()).isZero();
    }

    @Test
    void oneThatIsInterruptedLeavesAsInterruptedAndTheOthersAreTold() throws Exception {
        Barrier barrier = builder.parties(3).build();
        var other = arrive(barrier, LONG);
        var interrupted = arrive(barrier, LONG);

        interrupted.interrupt();

        assertThat(interrupted.failure()).isInstanceOf(InterruptedException.class);
        BarrierBroken broken = broken(other);
        assertThat(broken.reason()).isEqualTo(Reason.INTERRUPTED);
        assertThat(broken.getCause()).isSameAs(interrupted.failure());
    }

    @Test
    void interruptBeforeTheLastArrivesBreaksTheBarrierToo() throws Exception {
        Barrier barrier = builder.parties(2).build();
        var other = arrive(barrier, LONG);
        var last = Background.call(() -> {
            Thread.currentThread().interrupt();
            return barrier.await(LONG);
        });

        assertThat(last.failure()).isInstanceOf(InterruptedException.class);
        assertThat(broken(other).reason()).isEqualTo(Reason.INTERRUPTED);
    }

    /** Wakes whoever waits as if it had been interrupted at the same moment. */
    private static final class InterruptingClock implements Clock {

        @Override
        public long nanoTime() {
            return 0;
        }

        @Override
        @SuppressWarnings("WaitNotInLoop") // The loop is the barrier's.
        public void awaitUntil(Lock lock, Condition condition, long deadlineNanos) throws InterruptedException {
            condition.await();
            throw new InterruptedException("on purpose");
        }
    }

    @Test
    void interruptThatComesWithTheTripIsKeptAndAllPass() throws Exception {
        Barrier barrier = builder.parties(2).clock(new InterruptingClock()).build();
        var waiter = Background.call(
                () -> barrier.await(LONG) + (Thread.currentThread().isInterrupted() ? 100 : 0));
        await().until(() -> barrier.waiting() == 1);

        assertThat(barrier.await(LONG)).isEqualTo(1);

        assertThat(waiter.get()).isEqualTo(100);
        assertThat(barrier.state()).isEqualTo(BarrierState.GATHERING);
    }

    @Test
    void interruptAfterTheBreakIsKept() throws Exception {
        Barrier barrier = builder.parties(2).build();
        barrier.close();
        var late = Background.call(() -> {
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> barrier.await(LONG)).isInstanceOf(BarrierBroken.class);
            return Thread.currentThread().isInterrupted();
        });

        assertThat(late.get()).isTrue();
    }

    @Test
    void partyThatCannotComeBreaksTheBarrierWithItsCause() throws Exception {
        Barrier barrier = builder.parties(3).build();
        var waiter = arrive(barrier, LONG);
        var cause = new IllegalStateException("no data");

        barrier.fail(cause);
        barrier.fail(new Exception("a second one changes nothing"));
        barrier.close();

        BarrierBroken broken = broken(waiter);
        assertThat(broken.reason()).isEqualTo(Reason.FAILED);
        assertThat(broken.culprit()).isEqualTo(Thread.currentThread().getName());
        assertThat(broken).hasCause(cause).hasMessageContaining("no data").hasMessageContaining("1 of 3");
        assertThatThrownBy(() -> barrier.await(LONG)).hasCause(cause);
    }

    @Test
    void closeTellsEverybody() throws Exception {
        Barrier barrier = builder.parties(2).build();
        var waiter = arrive(barrier, LONG);

        barrier.close();

        assertThat(broken(waiter).reason()).isEqualTo(Reason.CLOSED);
        assertThat(waiter.failure()).hasNoCause();
    }

    @Test
    void actionThatThrowsBreaksTheBarrierForAll() throws Exception {
        for (Throwable cause : List.of(new IllegalStateException("no"), new AssertionError("no"))) {
            Barrier barrier = builder.parties(2)
                    .whenAllHere(() -> {
                        if (cause instanceof Error error) {
                            throw error;
                        }
                        throw (RuntimeException) cause;
                    })
                    .build();
            var waiter = arrive(barrier, LONG);
            var last = Background.call(() -> barrier.await(LONG));

            assertThat(broken(waiter).reason()).isEqualTo(Reason.ACTION_FAILED);
            assertThat(broken(waiter)).hasCause(cause);
            assertThat(broken(last)).hasCause(cause).hasNoSuppressedExceptions();
        }
    }

    @Test
    void actionRunsOutsideAnyLockInTheLastToArrive() throws Exception {
        AtomicReference<@Nullable Thread> by = new AtomicReference<>();
        AtomicReference<@Nullable Barrier> own = new AtomicReference<>();
        AtomicInteger seen = new AtomicInteger(-1);
        Barrier barrier = builder.parties(2)
                .whenAllHere(() -> {
                    by.set(Thread.currentThread());
                    Barrier it = own.get();
                    if (it != null) {
                        seen.set(askedByAnother(it));
                    }
                })
                .build();
        own.set(barrier);
        arrive(barrier, LONG);

        barrier.await(LONG);

        assertThat(by.get()).isSameAs(Thread.currentThread());
        assertThat(seen).hasValue(1);
    }

    /** Would hang if the barrier's lock were held. */
    private static int askedByAnother(Barrier barrier) {
        try {
            return Background.call(barrier::waiting).get();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void actionThatWaitsForItselfIsToldAtOnce() throws Exception {
        AtomicReference<@Nullable Barrier> own = new AtomicReference<>();
        Barrier barrier = builder.parties(1)
                .whenAllHere(() -> {
                    Barrier it = own.get();
                    if (it != null) {
                        awaitUnchecked(it);
                    }
                })
                .build();
        own.set(barrier);

        assertThatThrownBy(barrier::await)
                .isInstanceOf(BarrierBroken.class)
                .hasRootCauseInstanceOf(IllegalStateException.class)
                .hasMessageContaining("called by its own action");
    }

    private static void awaitUnchecked(Barrier barrier) {
        try {
            barrier.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void timeoutWhileTheActionRunsBreaksTheBarrierForAllOfThem() throws Exception {
        Barrier barrier = inAction();
        var waiter = arrive(barrier, Duration.ofSeconds(1));
        var last = act(barrier);
        clock.awaitWaiters(1, LONG);
        assertThat(barrier.state()).isEqualTo(BarrierState.ACTING);

        clock.advance(Duration.ofSeconds(1));

        assertThat(broken(waiter).reason()).isEqualTo(Reason.TIMED_OUT); // while the action runs
        let.countDown();
        assertThat(broken(last).getCause()).isSameAs(broken(waiter).getCause());
        assertThat(actions).hasValue(1);
    }

    @Test
    void interruptWhileTheActionRunsBreaksTheBarrierForAllOfThem() throws Exception {
        Barrier barrier = inAction();
        var waiter = arrive(barrier, LONG);
        var last = act(barrier);

        waiter.interrupt();

        assertThat(waiter.failure()).isInstanceOf(InterruptedException.class);
        let.countDown();
        assertThat(broken(last)).hasCause(waiter.failure());
    }

    @Test
    void closeWhileTheActionRunsBreaksTheBarrierForAllOfThem() throws Exception {
        Barrier barrier = inAction();
        var waiter = arrive(barrier, LONG);
        var last = act(barrier);

        barrier.close();

        assertThat(broken(waiter).reason()).isEqualTo(Reason.CLOSED);
        let.countDown();
        assertThat(broken(last).reason()).isEqualTo(Reason.CLOSED);
    }

    @Test
    void whatTheActionThrowsAfterTheBreakIsNotLost() throws Exception {
        var late = new IllegalStateException("late");
        Barrier barrier = builder.parties(1)
                .whenAllHere(() -> {
                    acting.countDown();
                    Journal.awaitStubbornly(let);
                    throw late;
                })
                .build();
        var last = act(barrier);
        barrier.close();
        let.countDown();

        assertThat(broken(last).reason()).isEqualTo(Reason.CLOSED);
        assertThat(broken(last).getSuppressed()).containsExactly(late);
    }

    @Test
    void threadThatComesWhileTheActionRunsTakesPartInTheNextRound() throws Exception {
        Barrier barrier = inAction();
        var waiter = arrive(barrier, LONG);
        var last = act(barrier);
        var early = arrive(barrier, LONG);

        let.countDown();

        assertThat(waiter.get()).isZero();
        assertThat(last.get()).isEqualTo(1);
        assertThat(List.of(barrier.await(LONG), early.get())).containsExactlyInAnyOrder(0, 1);
        assertThat(actions).hasValue(2);
    }

    @Test
    void clockThatThrowsIsReplacedByTheMachines() throws Exception {
        BreakableClock breakable = new BreakableClock();
        Barrier barrier = Barrier.builder("workers").parties(2).clock(breakable).build();
        var waiter = arrive(barrier, LONG);
        breakable.broken = true;

        assertThat(barrier.await(LONG)).isEqualTo(1);
        assertThat(waiter.get()).isZero();
        assertThatThrownBy(() -> barrier.await(Duration.ofMillis(1))).isInstanceOf(BarrierBroken.class);
    }

    /** Phaser cannot count more than 65,535. */
    @Test
    void aGenerationCountsMorePartiesThanSixteenBits() {
        Generation generation = new Generation(MANY, new ReentrantLock().newCondition());
        for (int i = 0; i < MANY - 1; i++) {
            assertThat(generation.arrive()).isEqualTo(i);
        }
        assertThat(generation.isFull()).isFalse();
        assertThat(generation.missing()).isEqualTo(1);
        generation.arrive();
        assertThat(generation.isFull()).isTrue();
        assertThatIllegalStateException().isThrownBy(generation::arrive);
    }

    /** Phaser cannot count more than 65,535. */
    @Test
    @EnabledForJreRange(min = JRE.JAVA_21)
    void moreThreadsThanSixteenBitsPassTogether() throws Exception {
        Barrier barrier = Barrier.builder("crowd")
                .parties(MANY)
                .whenAllHere(actions::incrementAndGet)
                .build();
        Set<Integer> orders = ConcurrentHashMap.newKeySet();
        ThreadFactory virtual = NamedThreads.of(ThreadKind.VIRTUAL, "crowd");
        List<Thread> crowd = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            Thread thread = virtual.newThread(() -> orders.add(awaitInCrowd(barrier)));
            crowd.add(thread);
            thread.start();
        }
        for (Thread thread : crowd) {
            thread.join();
        }
        assertThat(orders).hasSize(MANY).contains(0, MANY - 1);
        assertThat(actions).hasValue(1);
    }

    private static int awaitInCrowd(Barrier barrier) {
        try {
            return barrier.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void whatTheBuilderRefuses() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Barrier.builder(" "))
                .withMessageContaining("name of the barrier is blank");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.parties(0))
                .withMessage("barrier 'workers': parties is 0: it must be at least 1");
        assertThatIllegalStateException()
                .isThrownBy(Barrier.builder("workers")::build)
                .withMessageContaining("say how many with parties");
    }
}
