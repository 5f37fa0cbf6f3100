// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ParkingTest {

    @Test
    void orderedParkingHoldsBackAndGivesOutInOrderHoweverSoonTheOthersAreDue() {
        Parking parking = new Parking(true);
        Work first = due(100, 1, 2);
        Work second = due(0, 3);
        assertThat(parking.park(List.of(first, second))).isTrue();
        assertThat(parking.holdsBack()).isTrue();
        assertThat(parking.size()).isEqualTo(3);
        assertThat(parking.nextDueNanos()).isEqualTo(100);
        assertThat(parking.pollDue(99)).isNull();
        assertThat(parking.pollDue(100)).isSameAs(first);
        assertThat(parking.holdsBack()).isTrue();
        assertThat(parking.pollDue(100)).isSameAs(second);
        assertThat(parking.holdsBack()).isFalse();
        assertThat(parking.isEmpty()).isTrue();
    }

    @Test
    void whatIsParkedAgainGoesBeforeWhatWasBehindIt() {
        Parking parking = new Parking(true);
        Work first = due(0, 1);
        Work second = due(0, 2);
        parking.park(List.of(first, second));
        Work again = Objects.requireNonNull(parking.pollDue(0));
        again.dueNanos = 50;
        parking.park(List.of(again));
        assertThat(parking.pollDue(49)).isNull();
        assertThat(parking.pollDue(50)).isSameAs(first);
        assertThat(parking.pollDue(50)).isSameAs(second);
    }

    @Test
    void unorderedParkingHoldsNothingBackAndGivesOutWhatIsDueFirst() {
        Parking parking = new Parking(false);
        Work later = due(100, 1);
        Work sooner = due(50, 2);
        parking.park(List.of(later, sooner));
        assertThat(parking.holdsBack()).isFalse();
        assertThat(parking.nextDueNanos()).isEqualTo(50);
        assertThat(parking.pollDue(100)).isSameAs(sooner);
        assertThat(parking.pollDue(100)).isSameAs(later);
        assertThat(parking.nextDueNanos()).isNull();
    }

    @Test
    void aClockThatWrapsKeepsTheOrder() {
        Parking parking = new Parking(false);
        Work beforeTheWrap = due(Long.MAX_VALUE - 5, 1);
        Work afterTheWrap = due(Long.MIN_VALUE + 5, 2);
        parking.park(List.of(afterTheWrap, beforeTheWrap));
        assertThat(parking.pollDue(Long.MAX_VALUE - 5)).isSameAs(beforeTheWrap);
        assertThat(parking.pollDue(Long.MAX_VALUE)).isNull();
        assertThat(parking.pollDue(Long.MIN_VALUE + 5)).isSameAs(afterTheWrap);
    }

    @Test
    void abortKeepsEverythingForTheEndingAndRefusesWhatComesLater() {
        for (boolean ordered : new boolean[] {true, false}) {
            Parking parking = new Parking(ordered);
            parking.park(List.of(due(0, 1, 2), due(1, 3)));
            parking.abort();
            assertThat(Envelopes.inputs(parking.left())).containsExactly(1, 2, 3);
            assertThat(Envelopes.inputs(parking.left())).containsExactly(1, 2, 3);
            assertThat(parking.isEmpty()).isTrue();
            assertThat(parking.holdsBack()).isFalse();
            assertThat(parking.park(List.of(due(0, 4)))).isFalse();
            assertThat(parking.isEmpty()).isTrue();
            assertThat(parking.pollDue(10)).isNull();
        }
    }

    private Work due(long nanos, Object... inputs) {
        Work work = Envelopes.work(inputs);
        work.dueNanos = nanos;
        return work;
    }
}
