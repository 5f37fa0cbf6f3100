// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.engine;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.esclusa.pipeline.engine.Hand.Handover;
import io.github.esclusa.pipeline.engine.Hand.Seizure;
import io.github.esclusa.pipeline.report.Outcome;
import io.github.esclusa.pipeline.testing.Running;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class HandTest {

    private final Hand hand = new Hand(8);

    @Test
    void whatIsTakenIsHeldUntilItIsSettled() {
        Work work = take(1, 2, 3);
        assertThat(hand.size()).isEqualTo(3);
        assertThat(hand.settle(work.items.subList(1, 2), Outcome.FAILED)).isTrue();
        assertThat(hand.size()).isEqualTo(2);
        assertThat(hand.count(Outcome.FAILED)).isEqualTo(1);
        assertThat(hand.settle(List.of(work.items.get(0), work.items.get(2)), Outcome.DELIVERED))
                .isTrue();
        assertThat(hand.size()).isZero();
        assertThat(hand.count(Outcome.DELIVERED)).isEqualTo(2);
        assertNothingToSeize();
    }

    @Test
    void noMoreIsTakenThanAskedForAndParkedWorkIsTakenWhole() {
        WorkQueue queue = Envelopes.queue(1, 2, 3);
        assertThat(requireNonNull(hand.take(queue, 2)).items).hasSize(2);
        assertThat(queue.size()).isEqualTo(1);
        hand.seize();
        Hand other = new Hand(2);
        Parking parking = new Parking(true);
        Work parked = Envelopes.work(4, 5);
        parking.park(List.of(parked));
        assertThat(other.takeDue(parking, 0)).isSameAs(parked);
        assertThat(Envelopes.inputs(other.seize().unknown())).containsExactly(4, 5);
    }

    @Test
    void whatIsInDoubtIsNeverReturned() {
        Work work = take(1, 2, 3, 4);
        hand.doubt(work.items.subList(1, 3));
        hand.run(List.of());
        assertThat(hand.settle(work.items.subList(0, 2), Outcome.RETURNED)).isTrue();
        assertThat(Envelopes.inputs(hand.returned())).containsExactly(1);
        assertThat(Envelopes.inputs(hand.unknown())).containsExactly(2);
        Seizure seizure = hand.seize();
        assertThat(Envelopes.inputs(seizure.unknown())).containsExactly(3);
        assertThat(Envelopes.inputs(seizure.returned())).containsExactly(4);
        assertThat(hand.count(Outcome.RETURNED)).isEqualTo(2);
        assertThat(hand.count(Outcome.UNKNOWN)).isEqualTo(2);
    }

    /** Where memory runs out on the way from one owner to the next, the worker still has what it will be asked for. */
    @Test
    void whatHasLeftTheQueueIsHeldThoughMemoryRunsOut() {
        WorkQueue two = Envelopes.queue(1, 2);
        Source drying = new Drying(two);
        assertThatThrownBy(() -> hand.take(drying, 3)).isInstanceOf(OutOfMemoryError.class);
        assertThat(Envelopes.inputs(seizeLost())).containsExactly(1, 2);
    }

    @Test
    void whatCannotBeParkedForLackOfMemoryIsStillHeld() {
        Work work = take(1, 2);
        Parking full = new Parking(true) {
            @Override
            boolean park(List<Work> group) {
                throw new OutOfMemoryError("on purpose");
            }
        };
        assertThatThrownBy(() -> hand.park(List.of(work), full)).isInstanceOf(OutOfMemoryError.class);
        assertThat(Envelopes.inputs(seizeLost())).containsExactly(1, 2);
    }

    /** Runs out of memory when its messages are used up. */
    private record Drying(WorkQueue queue) implements Source {

        @Override
        public int size() {
            return queue.size();
        }

        @Override
        public boolean holdsOf(InletCore inlet) {
            return queue.holdsOf(inlet);
        }

        @Override
        public void pollInto(List<Envelope> into, int most) {
            queue.pollInto(into, most);
            throw new OutOfMemoryError("on purpose");
        }

        @Override
        public @Nullable Long oldestNanos() {
            return queue.oldestNanos();
        }

        @Override
        public void abort() {
            queue.abort();
        }

        @Override
        public List<List<Envelope>> left() {
            return queue.left();
        }
    }

    @Test
    void givingAwayWhatIsNotHeldIsAnErrorOfOurOwn() {
        take(1);
        assertThatThrownBy(() -> hand.settle(List.of(Envelopes.of(2)), Outcome.DELIVERED))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void takingNothingHoldsNothing() {
        assertThat(hand.take(new WorkQueue(0), 1)).isNull();
        assertThat(hand.takeDue(new Parking(true), 0)).isNull();
        assertNothingToSeize();
    }

    @Test
    void seizureCallsUnknownWhatUserCodeWorksOnAndReturnedTheRest() {
        Work work = take(1, 2, 3, 4);
        assertThat(hand.run(work.items.subList(0, 2))).isTrue();
        Seizure seizure = hand.seize();
        assertThat(Envelopes.inputs(seizure.unknown())).containsExactly(1, 2);
        assertThat(Envelopes.inputs(seizure.returned())).containsExactly(3, 4);
        assertThat(hand.count(Outcome.UNKNOWN)).isEqualTo(2);
        assertThat(hand.count(Outcome.RETURNED)).isEqualTo(2);
        assertThat(Envelopes.inputs(hand.returned())).containsExactly(3, 4);
        assertThat(hand.size()).isZero();
    }

    @Test
    void whatIsTakenCountsAsBeingWorkedOnAtOnce() {
        take(1);
        assertThat(Envelopes.inputs(hand.seize().unknown())).containsExactly(1);
    }

    @Test
    void whatAWorkerThatDiedHeldIsUnknownWhateverItWasSaidToBe() {
        Work work = take(1, 2);
        hand.run(work.items.subList(0, 1));
        assertThat(Envelopes.inputs(seizeLost())).containsExactly(1, 2);
        assertThat(hand.count(Outcome.UNKNOWN)).isEqualTo(2);
        assertThat(hand.count(Outcome.RETURNED)).isZero();
    }

    @Test
    void everythingTheWorkerTriesAfterASeizureComesTooLate() {
        Work work = take(1);
        WorkQueue next = new WorkQueue(0);
        Parking parking = new Parking(true);
        hand.seize();
        assertThat(hand.settle(work.items, Outcome.DELIVERED)).isFalse();
        assertThat(hand.run(work.items)).isFalse();
        assertThat(hand.pass(work.items.get(0), next)).isEqualTo(Handover.SEIZED);
        assertThat(hand.park(List.of(work), parking)).isEqualTo(Handover.SEIZED);
        WorkQueue more = Envelopes.queue(2);
        assertThat(hand.take(more, 1)).isNull();
        assertThat(more.size()).isEqualTo(1);
        parking.park(List.of(Envelopes.work(3)));
        assertThat(hand.takeDue(parking, 0)).isNull();
        assertThat(parking.size()).isEqualTo(1);
        assertThat(hand.count(Outcome.DELIVERED)).isZero();
        assertThat(next.size()).isZero();
        assertNothingToSeize();
    }

    @Test
    void passingOnPutsIntoTheNextQueueAndHoldsNoLonger() {
        Envelope envelope = take(1, 2).items.get(0);
        WorkQueue next = new WorkQueue(0);
        assertThat(hand.pass(envelope, next)).isEqualTo(Handover.DONE);
        assertThat(Envelopes.taken(next)).containsExactly(envelope);
        assertThat(hand.size()).isEqualTo(1);
        assertThat(Envelopes.inputs(hand.seize().unknown())).containsExactly(2);
    }

    @Test
    void whatTheNextQueueOrTheParkingRefusesIsCountedAsReturned() {
        WorkQueue next = new WorkQueue(0);
        next.abort();
        Parking parking = new Parking(false);
        parking.abort();
        Envelope passed = take(1).items.get(0);
        assertThat(hand.pass(passed, next)).isEqualTo(Handover.RETURNED);
        Work parked = take(2, 3);
        assertThat(hand.park(List.of(parked), parking)).isEqualTo(Handover.RETURNED);
        assertThat(hand.count(Outcome.RETURNED)).isEqualTo(3);
        assertThat(Envelopes.inputs(hand.returned())).containsExactly(1, 2, 3);
        assertNothingToSeize();
    }

    @Test
    void parkingTakesTheGroupOutOfTheHandAndLeavesTheRest() {
        Work work = take(1, 2, 3);
        Parking parking = new Parking(true);
        assertThat(hand.park(List.of(work.part(work.items.subList(0, 2), 0)), parking))
                .isEqualTo(Handover.DONE);
        assertThat(hand.size()).isEqualTo(1);
        assertThat(parking.size()).isEqualTo(2);
        Seizure seizure = hand.seize();
        assertThat(Envelopes.inputs(seizure.unknown())).containsExactly(3);
        assertThat(seizure.returned()).isEmpty();
    }

    /** Where it lay here is written over by whoever has it next, and that may be before this hand is done. */
    @Test
    void whatAnotherHandHasTakenAtOnceIsLetGo() {
        Work work = take(1, 2, 3);
        Hand other = new Hand(8);
        Parking parking = new Parking(false) {
            @Override
            boolean park(List<Work> group) {
                boolean parked = super.park(group);
                assertThat(other.takeDue(this, 0)).isNotNull();
                return parked;
            }
        };
        assertThat(hand.park(List.of(work.part(work.items.subList(1, 3), 0)), parking))
                .isEqualTo(Handover.DONE);
        assertThat(hand.size()).isEqualTo(1);
        assertThat(Envelopes.inputs(other.seize().unknown())).containsExactly(2, 3);
        assertThat(Envelopes.inputs(hand.seize().unknown())).containsExactly(1);
    }

    /** What user code works on is looked for among what is held: some of it may have gone. */
    @Test
    void whatWasSettledOfThatWhichIsWorkedOnIsNotSeized() {
        Work work = take(1, 2, 3, 4);
        hand.run(work.items.subList(0, 3));
        hand.settle(work.items.subList(1, 2), Outcome.DELIVERED);
        Seizure seizure = hand.seize();
        assertThat(Envelopes.inputs(seizure.unknown())).containsExactly(1, 3);
        assertThat(Envelopes.inputs(seizure.returned())).containsExactly(4);
    }

    /**
     * A batch all of which fails falls apart into single messages: 250 times as many must not take 62,500 times the work.
     * Measured in processor time, against four times what is in proportion, and again if that should not be enough.
     */
    @Test
    void aBatchThatFallsApartTakesWorkInProportionToItsMessages() {
        long few = Long.MAX_VALUE;
        for (int i = 0; i < 500; i++) {
            few = Math.min(few, nanosToFallApart(200));
        }
        long enough = 4 * 250 * few;
        long many = Long.MAX_VALUE;
        for (int i = 0; i < 5 && many > enough; i++) {
            many = Math.min(many, nanosToFallApart(50_000));
        }
        assertThat(many).isLessThanOrEqualTo(enough);
    }

    private static long nanosToFallApart(int messages) {
        Hand falling = new Hand(messages);
        WorkQueue queue = new WorkQueue(0);
        for (int i = 0; i < messages; i++) {
            queue.put(Envelopes.of(i));
        }
        List<Envelope> batch = requireNonNull(falling.take(queue, messages)).items;
        ThreadMXBean bean = ManagementFactory.getThreadMXBean();
        long before = bean.getCurrentThreadCpuTime();
        for (int i = 0; i < messages; i++) {
            List<Envelope> one = batch.subList(i, i + 1);
            falling.run(one);
            falling.settle(one, Outcome.FAILED);
        }
        long took = bean.getCurrentThreadCpuTime() - before;
        assertThat(falling.size()).isZero();
        return took;
    }

    /** The atomic step of the shutdown deadline: settled by the worker or seized, whichever is first, and once. */
    @Test
    void aSettlementThatRacesASeizureIsCountedOnce() throws Exception {
        for (int round = 0; round < 2000; round++) {
            Hand raced = new Hand(1);
            Work work = requireNonNull(raced.take(Envelopes.queue(1), 1));
            CyclicBarrier start = new CyclicBarrier(2);
            Running<Integer> sweeper = Running.call(() -> {
                start.await();
                return raced.seize().unknown().size();
            });
            start.await();
            boolean settled = raced.settle(work.items, Outcome.DELIVERED);
            int seized = sweeper.result();
            assertThat(seized).isEqualTo(settled ? 0 : 1);
            assertThat(raced.count(Outcome.DELIVERED)).isEqualTo(1 - seized);
            assertThat(raced.count(Outcome.UNKNOWN)).isEqualTo(seized);
        }
    }

    private Work take(Object... inputs) {
        return requireNonNull(hand.take(Envelopes.queue(inputs), inputs.length));
    }

    private List<Envelope> seizeLost() {
        hand.loseTrack();
        return hand.seize().unknown();
    }

    private void assertNothingToSeize() {
        Seizure seizure = hand.seize();
        assertThat(seizure.returned()).isEmpty();
        assertThat(seizure.unknown()).isEmpty();
    }
}
