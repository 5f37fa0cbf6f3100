// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.buffer;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.esclusa.core.time.Clock;
import io.github.esclusa.core.time.ManualClock;
import io.github.esclusa.pipeline.policy.Overflow;
import io.github.esclusa.pipeline.report.Admission;
import io.github.esclusa.pipeline.testing.BrokenClock;
import io.github.esclusa.pipeline.testing.Running;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import org.awaitility.Awaitility;
import org.hamcrest.Matchers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
class BoundedBufferTest {

    private static final long NO_BOUND = Long.MAX_VALUE;
    private static final Duration LONG = Duration.ofSeconds(30);

    /** How a producer may leave the line by itself. */
    private enum Leaving {
        TIMEOUT,
        INTERRUPT
    }

    private final ManualClock clock = new ManualClock();
    private final Told told = new Told();

    @Test
    void creditIsHeldFromAdmissionToReleaseNotToPoll() {
        BoundedBuffer<Item> buffer = buffer(2, NO_BOUND, Overflow.reject());
        assertThat(buffer.offer(Item.of(1))).isEqualTo(Admission.ACCEPTED);
        assertThat(buffer.offer(Item.of(2))).isEqualTo(Admission.ACCEPTED);
        assertThat(Buffers.poll(buffer)).isEqualTo(Item.of(1));
        assertThat(Buffers.poll(buffer)).isEqualTo(Item.of(2));
        assertThat(Buffers.poll(buffer)).isNull();
        assertThat(buffer.offer(Item.of(3))).isEqualTo(Admission.FULL);
        buffer.release(2, 2);
        assertThatFullCapacityCanBeTakenAgain(buffer);
    }

    @Test
    void putWaitsOnlyWhereThePolicyIsToBlock() throws InterruptedException {
        BoundedBuffer<Item> buffer = buffer(1, NO_BOUND, Overflow.reject());
        assertThat(buffer.put(Item.of(1))).isEqualTo(Admission.ACCEPTED);
        assertThat(buffer.put(Item.of(2))).isEqualTo(Admission.FULL);
    }

    @Test
    void putThatMayWaitDoesNotWhereThereIsRoomOrNeverCanBe() throws InterruptedException {
        BoundedBuffer<Item> buffer = buffer(2, 10, Overflow.block());
        assertThat(buffer.put(new Item(0, 11))).isEqualTo(Admission.TOO_HEAVY);
        assertThat(buffer.put(new Item(1, 10))).isEqualTo(Admission.ACCEPTED);
        assertThat(told.queued).hasValue(1);
        assertThat(buffer.waiting()).isZero();
        assertThat(Buffers.poll(buffer)).isEqualTo(new Item(1, 10));
        buffer.release(1, 10);
        assertThatFullCapacityCanBeTakenAgain(buffer);
    }

    @Test
    void blockedProducersAreAdmittedInOrderOfArrival() throws Exception {
        BoundedBuffer<Item> buffer = buffer(1, NO_BOUND, Overflow.block());
        buffer.offer(Item.of(0));
        List<Running<Admission>> producers = new ArrayList<>();
        for (int i = 1; i <= 4; i++) {
            producers.add(blocked(buffer, Item.of(i)));
        }
        for (int i = 0; i <= 4; i++) {
            assertThat(Buffers.poll(buffer)).isEqualTo(Item.of(i));
            assertThat(Buffers.poll(buffer)).isNull();
            buffer.release(1, 1);
        }
        for (Running<Admission> producer : producers) {
            assertThat(producer.result()).isEqualTo(Admission.ACCEPTED);
        }
        assertThat(told.queued).hasValue(5);
        assertThatFullCapacityCanBeTakenAgain(buffer);
    }

    @Test
    void newcomerForWhomThereWouldBeRoomDoesNotOvertakeTheLine() throws Exception {
        BoundedBuffer<Item> buffer = buffer(10, 10, Overflow.block());
        buffer.offer(new Item(0, 8));
        Running<Admission> heavy = blocked(buffer, new Item(1, 5));
        assertThat(buffer.offer(new Item(2, 1))).isEqualTo(Admission.FULL);
        assertThat(buffer.offer(new Item(3, 1), answer -> {})).isEqualTo(Admission.WAITING);
        assertThat(Buffers.poll(buffer)).isEqualTo(new Item(0, 8));
        buffer.release(1, 8);
        assertThat(heavy.result()).isEqualTo(Admission.ACCEPTED);
        assertThat(Buffers.poll(buffer)).isEqualTo(new Item(1, 5));
        assertThat(Buffers.poll(buffer)).isEqualTo(new Item(3, 1));
    }

    /** golang/go 37852: a weighted waiter, cancelled at the head, that leaves its followers asleep. */
    @ParameterizedTest
    @EnumSource
    void heavyHeadThatLeavesTheLineLetsThoseItHeldUpIn(Leaving how) throws Exception {
        BoundedBuffer<Item> buffer = buffer(10, 10, Overflow.block(Duration.ofSeconds(1)));
        buffer.offer(new Item(0, 6));
        Running<Admission> heavy = blocked(buffer, new Item(1, 9));
        clock.awaitWaiters(1, LONG);
        AtomicReference<Admission> light = new AtomicReference<>();
        assertThat(buffer.offer(new Item(2, 3), light::set)).isEqualTo(Admission.WAITING);
        if (how == Leaving.TIMEOUT) {
            clock.advance(Duration.ofSeconds(1));
            assertThat(heavy.result()).isEqualTo(Admission.TIMEOUT);
        } else {
            heavy.thread().interrupt();
            assertThat(heavy.failure()).isInstanceOf(InterruptedException.class);
        }
        Awaitility.await().untilAtomic(light, Matchers.is(Admission.ACCEPTED));
        assertThat(buffer.usedWeight()).isEqualTo(9);
        assertThat(buffer.waiting()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void producerThatLeftTheLineHasLeftNothingBehind(Leaving how) throws Exception {
        BoundedBuffer<Item> buffer = buffer(1, NO_BOUND, Overflow.block(Duration.ofSeconds(1)));
        buffer.offer(Item.of(0));
        Running<Admission> producer = blocked(buffer, Item.of(1));
        clock.awaitWaiters(1, LONG);
        if (how == Leaving.TIMEOUT) {
            clock.advance(Duration.ofSeconds(1));
            assertThat(producer.result()).isEqualTo(Admission.TIMEOUT);
        } else {
            producer.thread().interrupt();
            assertThat(producer.failure()).isInstanceOf(InterruptedException.class);
        }
        assertThat(buffer.waiting()).isZero();
        assertThat(buffer.admitted()).isEqualTo(1);
        assertThat(told.heldBackNanos).hasSize(1);
        Buffers.poll(buffer);
        buffer.release(1, 1);
        assertThat(Buffers.poll(buffer)).isNull();
        assertThatFullCapacityCanBeTakenAgain(buffer);
    }

    @Test
    void interruptThatComesAfterAdmissionLeavesTheAnswerAndTheFlag() throws InterruptedException {
        AtomicReference<BoundedBuffer<Item>> self = new AtomicReference<>();
        BoundedBuffer<Item> buffer = new BoundedBuffer<>(
                1,
                NO_BOUND,
                1,
                Overflow.block(),
                new InterruptingClock(() -> {
                    BoundedBuffer<Item> full = requireNonNull(self.get());
                    Buffers.poll(full);
                    full.release(1, 1); // admits the one that waits
                }),
                told);
        self.set(buffer);
        buffer.offer(Item.of(0));
        assertThat(buffer.put(Item.of(1))).isEqualTo(Admission.ACCEPTED);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(Buffers.poll(buffer)).isEqualTo(Item.of(1));
    }

    @Test
    void interruptThatComesBeforeAnyAnswerIsThrown() {
        BoundedBuffer<Item> buffer =
                new BoundedBuffer<>(1, NO_BOUND, 1, Overflow.block(), new InterruptingClock(() -> {}), told);
        buffer.offer(Item.of(0));
        assertThatThrownBy(() -> buffer.put(Item.of(1))).isInstanceOf(InterruptedException.class);
        assertThat(Thread.interrupted()).isFalse();
        assertThat(buffer.waiting()).isZero();
        assertThat(buffer.admitted()).isEqualTo(1);
    }

    /** The caller would take it for refused and submit it again. */
    @Test
    void admittedProducerHearsSoThoughTheClockThrows() throws Exception {
        BrokenClock breaking = new BrokenClock();
        BoundedBuffer<Item> buffer = new BoundedBuffer<>(1, NO_BOUND, 1, Overflow.block(), breaking, told);
        buffer.offer(Item.of(0));
        Running<Admission> producer = blocked(buffer, Item.of(1));
        breaking.setBroken(true);
        Buffers.poll(buffer);
        buffer.release(1, 1);
        assertThat(producer.result()).isEqualTo(Admission.ACCEPTED);
        assertThat(told.heldBackNanos).containsExactly(Reading.NONE);
        assertThat(Buffers.poll(buffer)).isEqualTo(Item.of(1));
    }

    @Test
    void producerThatIsInterruptedHearsSoThoughTheClockThrows() throws Exception {
        BrokenClock breaking = new BrokenClock();
        BoundedBuffer<Item> buffer = new BoundedBuffer<>(10, 10, 10, Overflow.block(), breaking, told);
        buffer.offer(new Item(0, 6));
        Running<Admission> producer = blocked(buffer, new Item(1, 9));
        AtomicReference<Admission> light = new AtomicReference<>();
        assertThat(buffer.offer(new Item(2, 3), light::set)).isEqualTo(Admission.WAITING);
        breaking.setBroken(true);
        producer.thread().interrupt();
        assertThat(producer.failure()).isInstanceOf(InterruptedException.class);
        assertThat(light).hasValue(Admission.ACCEPTED);
    }

    /** It waits on the clock as well, which may throw once it has been woken. */
    @Test
    void whatTheClockThrowsAtAnAdmittedProducerIsNoAnswer() throws Exception {
        AtomicReference<BoundedBuffer<Item>> self = new AtomicReference<>();
        BoundedBuffer<Item> buffer = new BoundedBuffer<>(
                1,
                NO_BOUND,
                1,
                Overflow.block(),
                new InterruptingClock(() -> {
                    BoundedBuffer<Item> full = requireNonNull(self.get());
                    Buffers.poll(full);
                    full.release(1, 1); // admits the one that waits
                    throw new IllegalStateException("on purpose");
                }),
                told);
        self.set(buffer);
        buffer.offer(Item.of(0));
        assertThat(buffer.put(Item.of(1))).isEqualTo(Admission.ACCEPTED);
        assertThat(Thread.interrupted()).isFalse();
    }

    @Test
    void closeWakesEverybodyInLineAndAdmitsNobody() throws Exception {
        BoundedBuffer<Item> buffer = buffer(1, NO_BOUND, Overflow.block());
        buffer.offer(Item.of(0));
        List<Running<Admission>> producers = new ArrayList<>();
        for (int i = 1; i <= 3; i++) {
            producers.add(blocked(buffer, Item.of(i)));
        }
        List<Admission> calledBack = new CopyOnWriteArrayList<>();
        buffer.offer(Item.of(4), calledBack::add);
        buffer.close();
        buffer.announceClose();
        assertThat(calledBack).containsExactly(Admission.CLOSED);
        for (Running<Admission> producer : producers) {
            assertThat(producer.result()).isEqualTo(Admission.CLOSED);
        }
        assertThat(buffer.admitted()).isEqualTo(1);
        assertThat(buffer.used()).isEqualTo(1);
        assertThat(Buffers.poll(buffer)).isEqualTo(Item.of(0));
        buffer.release(1, 1);
        assertThat(Buffers.poll(buffer)).isNull();
        buffer.close();
        buffer.announceClose();
        assertThat(calledBack).hasSize(1);
    }

    @Test
    void everyWayInIsClosedAfterClose() throws InterruptedException {
        for (Overflow policy : List.of(Overflow.block(), Overflow.reject(), Overflow.dropOldest())) {
            BoundedBuffer<Item> buffer = buffer(1, NO_BOUND, policy);
            buffer.offer(Item.of(0));
            buffer.close();
            buffer.announceClose();
            assertThat(buffer.put(Item.of(1))).isEqualTo(Admission.CLOSED);
            assertThat(buffer.offer(Item.of(1))).isEqualTo(Admission.CLOSED);
            assertThat(buffer.offer(Item.of(1), answer -> {})).isEqualTo(Admission.CLOSED);
            assertThat(buffer.size()).isEqualTo(1);
        }
    }

    /** The JDK's SubmissionPublisher: close() blocked because another thread's offer holds the lock. */
    @Test
    void closeIsNotHeldUpByAnOfferWhoseListenerIsSlow() throws Exception {
        BoundedBuffer<Item> buffer = buffer(1, NO_BOUND, Overflow.dropOldest());
        CountDownLatch dropping = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        told.whenDropped = item -> {
            dropping.countDown();
            awaitQuietly(goOn);
        };
        buffer.offer(Item.of(0));
        Running<Admission> offer = Running.call(() -> buffer.offer(Item.of(1)));
        dropping.await();
        buffer.close();
        buffer.announceClose();
        assertThat(offer.isDone()).isFalse();
        goOn.countDown();
        assertThat(offer.result()).isEqualTo(Admission.CLOSED);
        assertThat(told.dropped).containsExactly(Item.of(0));
        assertThat(buffer.admitted()).isEqualTo(1);
        assertThat(buffer.dropped()).isEqualTo(1);
        assertThat(buffer.used()).isZero();
        assertThat(buffer.usedWeight()).isZero();
    }

    @Test
    void callbacksAndThreadsStandInOneLine() throws Exception {
        BoundedBuffer<Item> buffer = buffer(1, NO_BOUND, Overflow.block());
        buffer.offer(Item.of(0));
        List<Integer> answered = new CopyOnWriteArrayList<>();
        buffer.offer(Item.of(1), answer -> answered.add(1));
        Running<Admission> thread = blocked(buffer, Item.of(2));
        buffer.offer(Item.of(3), answer -> answered.add(3));
        for (int i = 0; i <= 3; i++) {
            assertThat(Buffers.poll(buffer)).isEqualTo(Item.of(i));
            buffer.release(1, 1);
        }
        assertThat(thread.result()).isEqualTo(Admission.ACCEPTED);
        assertThat(answered).containsExactly(1, 3);
    }

    @Test
    void callbackIsNeverCalledWhereTheAnswerIsNotWaiting() {
        BoundedBuffer<Item> buffer = buffer(1, 10, Overflow.block());
        List<Admission> called = new CopyOnWriteArrayList<>();
        assertThat(buffer.offer(new Item(0, 11), called::add)).isEqualTo(Admission.TOO_HEAVY);
        assertThat(buffer.offer(Item.of(0), called::add)).isEqualTo(Admission.ACCEPTED);
        buffer.close();
        buffer.announceClose();
        assertThat(buffer.offer(Item.of(1), called::add)).isEqualTo(Admission.CLOSED);
        assertThat(called).isEmpty();
    }

    @Test
    void callbackThatThrowsAnErrorIsToldAndThoseBehindItAreServed() {
        BoundedBuffer<Item> buffer = buffer(2, NO_BOUND, Overflow.block());
        buffer.offer(Item.of(0));
        buffer.offer(Item.of(1));
        AssertionError thrown = new AssertionError("on purpose");
        List<Admission> behind = new CopyOnWriteArrayList<>();
        buffer.offer(Item.of(2), answer -> {
            throw thrown;
        });
        buffer.offer(Item.of(3), behind::add);
        Buffers.poll(buffer);
        Buffers.poll(buffer);
        buffer.release(2, 2);
        assertThat(told.callbackFailures).containsExactly(thrown);
        assertThat(behind).containsExactly(Admission.ACCEPTED);
        assertThat(told.queued).hasValue(4);
        assertThat(buffer.size()).isEqualTo(2);
    }

    @Test
    void producerThatIsCalledBackCountsAsHeldBackAsLongAsItStoodInLine() {
        BoundedBuffer<Item> buffer = buffer(1, NO_BOUND, Overflow.block());
        buffer.offer(Item.of(0));
        buffer.offer(Item.of(1), answer -> clock.advance(Duration.ofSeconds(4))); // its own time is not what it waited
        clock.advance(Duration.ofSeconds(3));
        Buffers.poll(buffer);
        buffer.release(1, 1);
        assertThat(told.heldBackNanos).containsExactly(Duration.ofSeconds(3).toNanos());
    }

    @Test
    void producerThatLeavesTheLineIsNotHeldBackByTheCallbacksItThenCalls() throws Exception {
        BoundedBuffer<Item> buffer = buffer(10, 10, Overflow.block(Duration.ofSeconds(3)));
        buffer.offer(new Item(0, 6));
        Running<Admission> heavy = blocked(buffer, new Item(1, 9));
        clock.awaitWaiters(1, LONG);
        Admission light = buffer.offer(new Item(2, 3), answer -> clock.advance(Duration.ofSeconds(4)));
        assertThat(light).isEqualTo(Admission.WAITING);
        clock.advance(Duration.ofSeconds(3));
        assertThat(heavy.result()).isEqualTo(Admission.TIMEOUT);
        assertThat(told.heldBackNanos)
                .containsExactlyInAnyOrder(
                        Duration.ofSeconds(3).toNanos(), Duration.ofSeconds(3).toNanos());
    }

    @Test
    void callbackMayOfferAgainAtOnce() {
        BoundedBuffer<Item> buffer = buffer(1, NO_BOUND, Overflow.block());
        buffer.offer(Item.of(0));
        List<Admission> again = new CopyOnWriteArrayList<>();
        buffer.offer(Item.of(1), answer -> again.add(buffer.offer(Item.of(2), later -> {})));
        Buffers.poll(buffer);
        buffer.release(1, 1);
        assertThat(again).containsExactly(Admission.WAITING);
        assertThat(Buffers.poll(buffer)).isEqualTo(Item.of(1));
        buffer.release(1, 1);
        assertThat(Buffers.poll(buffer)).isEqualTo(Item.of(2));
    }

    @Test
    void dropOldestEvictsTheFewestThatMakeRoomAndKeepsTheirCreditUntilTold() {
        BoundedBuffer<Item> buffer = buffer(10, 10, Overflow.dropOldest());
        List<Long> weightWhenTold = new ArrayList<>();
        told.whenDropped = item -> weightWhenTold.add(buffer.usedWeight());
        buffer.offer(new Item(0, 4));
        buffer.offer(new Item(1, 3));
        buffer.offer(new Item(2, 3));
        assertThat(buffer.offer(new Item(3, 5))).isEqualTo(Admission.ACCEPTED);
        assertThat(told.dropped).containsExactly(new Item(0, 4), new Item(1, 3));
        assertThat(weightWhenTold).containsExactly(10L, 10L);
        assertThat(buffer.usedWeight()).isEqualTo(8);
        assertThat(Buffers.poll(buffer)).isEqualTo(new Item(2, 3));
        assertThat(Buffers.poll(buffer)).isEqualTo(new Item(3, 5));
    }

    @Test
    void dropOldestEvictsNothingWhereEvictingEverythingWouldNotDo() {
        BoundedBuffer<Item> buffer = buffer(10, 10, Overflow.dropOldest());
        buffer.offer(new Item(0, 8));
        Buffers.poll(buffer); // in hand: cannot be evicted
        buffer.offer(new Item(1, 2));
        assertThat(buffer.offer(new Item(2, 3))).isEqualTo(Admission.FULL);
        assertThat(told.dropped).isEmpty();
        assertThat(buffer.size()).isEqualTo(1);
    }

    /** All that was out comes back between the two steps of a drop, and finds the queue empty: no release is to come any more. */
    @Test
    void dropOldestKeepsNothingBackOnceNothingIsOut() {
        BoundedBuffer<Item> buffer = new BoundedBuffer<>(2, NO_BOUND, 1, Overflow.dropOldest(), clock, told);
        told.whenDropped = item -> buffer.release(1, 1);
        buffer.offer(Item.of(0));
        buffer.offer(Item.of(1));
        assertThat(Buffers.poll(buffer)).isEqualTo(Item.of(0));
        assertThat(Buffers.poll(buffer)).isNull();
        assertThat(buffer.keepsBack()).isTrue();
        assertThat(buffer.offer(Item.of(2))).isEqualTo(Admission.ACCEPTED);
        assertThat(buffer.keepsBack()).isFalse();
        assertThat(Buffers.poll(buffer)).isEqualTo(Item.of(2));
    }

    @Test
    void dropOldestKeepsBackWhatIsHeavyOnlyOnceEachWorkerHasAMessage() {
        BoundedBuffer<Item> buffer = new BoundedBuffer<>(10, 100, 2, Overflow.dropOldest(), clock, told);
        buffer.offer(new Item(0, 30));
        buffer.offer(new Item(1, 60));
        buffer.offer(new Item(2, 1));
        assertThat(Buffers.poll(buffer)).isEqualTo(new Item(0, 30));
        assertThat(Buffers.poll(buffer)).isEqualTo(new Item(1, 60));
        assertThat(Buffers.poll(buffer)).isNull();
    }

    /** The one that was too heavy to be out besides is dropped; what comes behind it is not. */
    @Test
    void dropOldestKeepsNoLightOneBackForAHeavyOneThatIsGone() {
        BoundedBuffer<Item> buffer = new BoundedBuffer<>(10, 100, 1, Overflow.dropOldest(), clock, told);
        buffer.offer(new Item(0, 40));
        buffer.offer(new Item(1, 60));
        assertThat(Buffers.poll(buffer)).isEqualTo(new Item(0, 40));
        assertThat(Buffers.poll(buffer)).isNull();
        assertThat(buffer.keepsBack()).isTrue();
        assertThat(buffer.offer(new Item(2, 10))).isEqualTo(Admission.ACCEPTED);
        assertThat(told.dropped).containsExactly(new Item(1, 60));
        assertThat(buffer.keepsBack()).isFalse();
        assertThat(Buffers.poll(buffer)).isEqualTo(new Item(2, 10));
    }

    /** The listener may take its time, and a worker may be waiting. */
    @Test
    void dropOldestLetsTheLightOneOutBeforeItTellsOfTheHeavyOne() {
        BoundedBuffer<Item> buffer = new BoundedBuffer<>(10, 100, 1, Overflow.dropOldest(), clock, told);
        List<Item> polled = new ArrayList<>();
        told.whenDropped = item -> {
            assertThat(told.queued).hasValue(4);
            polled.add(Buffers.poll(buffer));
        };
        buffer.offer(new Item(0, 40));
        buffer.offer(new Item(1, 50));
        buffer.offer(new Item(2, 5));
        assertThat(Buffers.poll(buffer)).isEqualTo(new Item(0, 40));
        assertThat(Buffers.poll(buffer)).isNull();
        assertThat(buffer.offer(new Item(3, 20))).isEqualTo(Admission.ACCEPTED);
        assertThat(told.dropped).containsExactly(new Item(1, 50));
        assertThat(polled).containsExactly(new Item(2, 5));
    }

    /**
     * While one offer tells of what it has evicted, another takes the little room that there was besides: both together
     * must not outgrow the bound.
     */
    @Test
    void dropOldestHoldsTheWeightBoundWhileItTells() {
        BoundedBuffer<Item> buffer = buffer(10, 100, Overflow.dropOldest());
        buffer.offer(new Item(0, 20));
        buffer.offer(new Item(1, 70));
        AtomicInteger depth = new AtomicInteger();
        told.whenDropped = item -> {
            if (depth.incrementAndGet() == 1) {
                buffer.offer(new Item(3, 10)); // the ten that were free before
            }
            assertThat(buffer.usedWeight()).isLessThanOrEqualTo(100);
        };
        assertThat(buffer.offer(new Item(2, 30))).isEqualTo(Admission.ACCEPTED);
        assertThat(buffer.usedWeight()).isLessThanOrEqualTo(100);
        long left = left(buffer).stream().mapToLong(Item::weight).sum();
        assertThat(buffer.usedWeight()).isEqualTo(left);
    }

    @Test
    void tooHeavyIsRefusedWhateverThePolicyAndEvictsNothing() throws InterruptedException {
        for (Overflow policy : List.of(Overflow.block(), Overflow.reject(), Overflow.dropOldest())) {
            BoundedBuffer<Item> buffer = buffer(2, 10, policy);
            buffer.offer(new Item(0, 10));
            assertThat(buffer.put(new Item(1, 11))).isEqualTo(Admission.TOO_HEAVY);
            assertThat(buffer.size()).isEqualTo(1);
        }
        assertThat(told.dropped).isEmpty();
    }

    @Test
    void givingBackMoreThanWasTakenIsAnError() {
        BoundedBuffer<Item> buffer = buffer(2, NO_BOUND, Overflow.reject());
        buffer.offer(Item.of(0));
        assertThatThrownBy(() -> buffer.release(2, 1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("settled twice");
    }

    @Test
    void abortClosesAndTakesOutWhatIsQueuedOldestFirst() {
        BoundedBuffer<Item> buffer = buffer(3, NO_BOUND, Overflow.block());
        buffer.offer(Item.of(0));
        buffer.offer(Item.of(1));
        buffer.offer(Item.of(2));
        Buffers.poll(buffer);
        assertThat(left(buffer)).containsExactly(Item.of(1), Item.of(2));
        assertThat(Buffers.poll(buffer)).isNull();
        assertThat(buffer.size()).isZero();
        assertThat(buffer.size()).isZero();
        assertThat(buffer.used()).isEqualTo(3);
        assertThat(buffer.offer(Item.of(3))).isEqualTo(Admission.CLOSED);
    }

    @Test
    void whatIsAdmittedIsPolledDroppedOrLeftUnderEveryPolicy() throws Exception {
        for (Overflow policy : List.of(
                Overflow.block(), Overflow.block(Duration.ofMillis(1)), Overflow.reject(), Overflow.dropOldest())) {
            conserve(policy);
        }
    }

    /** Three producers, two consumers, a close in the middle: each accepted message comes out once, refused ones never. */
    private static void conserve(Overflow policy) throws Exception {
        Told told = new Told();
        BoundedBuffer<Item> buffer = new BoundedBuffer<>(4, 12, 4, policy, Clock.system(), told);
        List<Item> accepted = new CopyOnWriteArrayList<>();
        List<Item> polled = new CopyOnWriteArrayList<>();
        List<Running<Boolean>> threads = new ArrayList<>();
        CountDownLatch half = new CountDownLatch(400);
        for (int p = 0; p < 3; p++) {
            int producer = p;
            threads.add(Running.call(() -> {
                for (int i = 0; i < 400; i++) {
                    Item item = new Item(producer * 1000 + i, 1 + i % 5);
                    if (i % 3 == 0) {
                        Admission answer = buffer.offer(item, decided -> {
                            if (decided.accepted()) {
                                accepted.add(item);
                            }
                        });
                        if (answer.accepted()) {
                            accepted.add(item);
                        }
                    } else if (buffer.put(item).accepted()) {
                        accepted.add(item);
                    }
                    half.countDown();
                }
                return true;
            }));
        }
        AtomicInteger producing = new AtomicInteger(3);
        for (int c = 0; c < 2; c++) {
            threads.add(Running.call(() -> {
                while (producing.get() > 0) {
                    Item item = Buffers.poll(buffer);
                    if (item == null) {
                        Thread.onSpinWait();
                        continue;
                    }
                    polled.add(item);
                    assertThat(buffer.used()).isBetween(1, 4);
                    assertThat(buffer.usedWeight()).isBetween(1L, 12L);
                    buffer.release(1, item.weight());
                }
                return true;
            }));
        }
        half.await();
        buffer.close();
        buffer.announceClose();
        for (int p = 0; p < 3; p++) {
            threads.get(p).result();
        }
        producing.set(0);
        for (Running<Boolean> thread : threads) {
            thread.result();
        }
        List<Item> left = left(buffer);
        List<Item> out = new ArrayList<>(polled);
        out.addAll(told.dropped);
        out.addAll(left);
        assertThat(out).as("%s", policy).containsExactlyInAnyOrderElementsOf(accepted);
        assertThat(buffer.admitted()).isEqualTo(accepted.size());
        assertThat(buffer.dropped()).isEqualTo(told.dropped.size());
        assertThat(buffer.waiting()).isZero();
        buffer.release(left.size(), left.stream().mapToLong(Item::weight).sum());
        assertThat(buffer.used()).isZero();
        assertThat(buffer.usedWeight()).isZero();
    }

    private BoundedBuffer<Item> buffer(int capacity, long maxWeight, Overflow overflow) {
        return new BoundedBuffer<>(capacity, maxWeight, capacity, overflow, clock, told);
    }

    /** A producer that stands in line by the time this returns. */
    private static Running<Admission> blocked(BoundedBuffer<Item> buffer, Item item) {
        int before = buffer.waiting();
        Running<Admission> producer = Running.call(() -> buffer.put(item));
        Awaitility.await().until(() -> buffer.waiting() == before + 1);
        return producer.awaitParked();
    }

    private static void assertThatFullCapacityCanBeTakenAgain(BoundedBuffer<Item> buffer) {
        assertThat(buffer.used()).isZero();
        for (int i = 0; i < buffer.capacity(); i++) {
            assertThat(buffer.offer(Item.of(i))).isEqualTo(Admission.ACCEPTED);
        }
        assertThat(buffer.offer(Item.of(99))).isEqualTo(Admission.FULL);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Whoever waits on it finds that something has happened meanwhile, and is interrupted. */
    private record InterruptingClock(Runnable meanwhile) implements Clock {

        @Override
        public long nanoTime() {
            return 0;
        }

        @Override
        public void awaitUntil(Lock lock, Condition condition, long deadlineNanos) throws InterruptedException {
            meanwhile.run();
            throw new InterruptedException();
        }
    }

    @Test
    void anErrorWhileADropIsToldLeavesNoCreditBehindAndNobodyWaiting() {
        BoundedBuffer<Item> buffer = new BoundedBuffer<>(1, NO_BOUND, 1, Overflow.dropOldest(), clock, told);
        told.whenDropped = item -> {
            throw new StackOverflowError("on purpose");
        };
        assertThat(buffer.offer(Item.of(1))).isEqualTo(Admission.ACCEPTED);
        assertThatThrownBy(() -> buffer.offer(Item.of(2))).isInstanceOf(StackOverflowError.class);
        assertThat(buffer.leaving()).isZero();
        assertThat(buffer.used()).isZero();
        assertThat(buffer.admitted()).isEqualTo(1);
        assertThat(buffer.dropped()).isEqualTo(1);
        told.whenDropped = item -> {};
        assertThat(buffer.offer(Item.of(3))).isEqualTo(Admission.ACCEPTED);
        assertThat(Buffers.poll(buffer)).isEqualTo(Item.of(3));
    }

    @Test
    void aCallbackThatBlocksHoldsUpNoThreadInLine() throws Exception {
        BoundedBuffer<Item> buffer = new BoundedBuffer<>(1, NO_BOUND, 1, Overflow.block(), clock, told);
        buffer.offer(Item.of(1));
        List<Admission> heard = new CopyOnWriteArrayList<>();
        buffer.offer(Item.of(2), heard::add);
        Running<Admission> blocked = Running.call(() -> buffer.put(Item.of(3))).awaitParked();
        buffer.close();
        assertThat(blocked.result()).isEqualTo(Admission.CLOSED);
        assertThat(heard).isEmpty();
        buffer.announceClose();
        assertThat(heard).containsExactly(Admission.CLOSED);
    }

    /** Between the offer that found no room and the wait for it a release may have said that there is some. */
    @Test
    void aProducerInLineHasSaidThatThereIsNoRoom() throws Exception {
        BoundedBuffer<Item> buffer = buffer(1, NO_BOUND, Overflow.block());
        buffer.offer(Item.of(1));
        Running<Admission> producer = blocked(buffer, Item.of(2));
        assertThat(told.full.get()).isEqualTo(1);
        assertThat(buffer.isFull()).isTrue();
        buffer.pollInto(new ArrayList<>(), 1);
        buffer.release(1, 0);
        assertThat(producer.result()).isEqualTo(Admission.ACCEPTED);
    }

    private static List<Item> left(BoundedBuffer<Item> buffer) {
        buffer.close();
        buffer.announceClose();
        buffer.abort();
        return buffer.left();
    }
}
