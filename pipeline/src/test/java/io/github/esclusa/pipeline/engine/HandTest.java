// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.esclusa.pipeline.engine.Hand.Handover;
import io.github.esclusa.pipeline.engine.Hand.Seizure;
import io.github.esclusa.pipeline.report.Outcome;
import io.github.esclusa.pipeline.testing.Running;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class HandTest {

    private final Hand hand = new Hand();

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
    void takingNothingHoldsNothing() {
        assertThat(hand.take(() -> null)).isNull();
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
    void seizureAsUnknownLeavesNothingToBelieve() {
        Work work = take(1, 2);
        hand.run(work.items.subList(0, 1));
        assertThat(Envelopes.inputs(hand.seizeAsUnknown().unknown())).containsExactly(1, 2);
        assertThat(hand.count(Outcome.UNKNOWN)).isEqualTo(2);
        assertThat(hand.count(Outcome.RETURNED)).isZero();
    }

    @Test
    void everythingTheWorkerTriesAfterASeizureComesTooLate() {
        Work work = take(1);
        WorkQueue next = new WorkQueue();
        Parking parking = new Parking(true);
        hand.seize();
        assertThat(hand.settle(work.items, Outcome.DELIVERED)).isFalse();
        assertThat(hand.run(work.items)).isFalse();
        assertThat(hand.pass(work.items.get(0), next)).isEqualTo(Handover.SEIZED);
        assertThat(hand.park(List.of(work), parking)).isEqualTo(Handover.SEIZED);
        assertThat(hand.take(() -> {
                    throw new AssertionError("a seized hand does not even ask the queue");
                }))
                .isNull();
        assertThat(hand.count(Outcome.DELIVERED)).isZero();
        assertThat(next.size()).isZero();
        assertThat(parking.isEmpty()).isTrue();
        assertNothingToSeize();
    }

    @Test
    void passingOnPutsIntoTheNextQueueAndNoLongerCountsAsWorkedOn() {
        Envelope envelope = take(1).items.get(0);
        WorkQueue next = new WorkQueue();
        assertThat(hand.pass(envelope, next)).isEqualTo(Handover.DONE);
        assertThat(next.poll()).isSameAs(envelope);
        assertThat(envelope.running).isFalse();
        assertNothingToSeize();
    }

    @Test
    void whatTheNextQueueOrTheParkingRefusesIsCountedAsReturned() {
        WorkQueue next = new WorkQueue();
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
        assertThat(hand.park(List.of(work.part(work.items.subList(0, 2))), parking))
                .isEqualTo(Handover.DONE);
        assertThat(hand.size()).isEqualTo(1);
        assertThat(parking.size()).isEqualTo(2);
        assertThat(work.items.get(0).running).isFalse();
        assertThat(work.items.get(2).running).isTrue();
    }

    /** The atomic step of the shutdown deadline: settled by the worker or seized, whichever is first, and once. */
    @Test
    void aSettlementThatRacesASeizureIsCountedOnce() throws Exception {
        for (int round = 0; round < 2000; round++) {
            Hand raced = new Hand();
            Work work = Envelopes.work(1);
            raced.take(() -> work);
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
        Work work = Envelopes.work(inputs);
        assertThat(hand.take(() -> work)).isSameAs(work);
        return work;
    }

    private void assertNothingToSeize() {
        Seizure seizure = hand.seize();
        assertThat(seizure.returned()).isEmpty();
        assertThat(seizure.unknown()).isEmpty();
    }
}
