// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.esclusa.core.time.Clock;
import io.github.esclusa.core.time.ManualClock;
import io.github.esclusa.pipeline.buffer.Bell;
import io.github.esclusa.pipeline.engine.SegmentSpec.BatchSpec;
import io.github.esclusa.pipeline.report.Outcome;
import io.github.esclusa.pipeline.testing.Running;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.hamcrest.Matchers;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SegmentTest {

    private final Clock clock = Clock.system();
    private final WorkQueue queue = new WorkQueue(0);

    /**
     * Another worker takes the last parked work between this one's question whether the segment is done and its wait: a
     * worker that took "not done" from before and "nothing falls due" from after would sleep for ever, and the drain
     * with it, since no bell rings for work that is taken.
     */
    @Test
    void workerOfASealedSegmentEndsThoughAnotherTookTheLastParkedWorkJustBeforeItSlept() throws Exception {
        ManualClock stopped = new ManualClock();
        Bell bell = new Bell(stopped);
        AtomicInteger questions = new AtomicInteger();
        Parking parking = new Parking(false) {
            @Override
            boolean isEmpty() {
                boolean empty = super.isEmpty();
                if (bell.waiters() > 0 && questions.incrementAndGet() == 2) { // the second of an armed worker: "done?"
                    assertThat(pollDue(1)).isNotNull();
                }
                return empty;
            }
        };
        Segment segment = segment(stopped, queue, bell, parking, 2, null);
        Work last = Envelopes.work(1);
        last.dueNanos = 1;
        parking.park(List.of(last));
        segment.seal();
        Running<Boolean> worker =
                Running.call(() -> segment.next(segment.hands().get(0)) == null);
        Awaitility.await().untilAtomic(questions, Matchers.greaterThanOrEqualTo(2));
        stopped.advance(Duration.ofNanos(1));
        assertThat(worker.result()).isTrue();
    }

    /**
     * Two workers of a sealed segment wait for room ahead; there is room, one is woken and takes the last message. Nobody else
     * tells the other that there is nothing left.
     */
    @Test
    void workerThatWaitsForRoomAheadEndsThoughAnotherTookTheLastMessage() throws Exception {
        Bell bell = new Bell(clock);
        WorkQueue ahead = new WorkQueue(0);
        SegmentSpec one = new SegmentSpec("sink", List.of(Envelopes.step()), 1, null);
        Segment next =
                segment(one, clock, new Prefetch(ahead, bell, one, 4), new Bell(clock), new Parking(false), null);
        SegmentSpec two = new SegmentSpec("map", List.of(Envelopes.step()), 2, null);
        Segment segment =
                segment(two, clock, new Prefetch(queue, new Bell(clock), two, 4), bell, new Parking(false), next);
        assertThat(ahead.put(Envelopes.of(1))).isTrue();
        assertThat(queue.put(Envelopes.of(2))).isTrue();
        segment.seal();
        AtomicInteger taken = new AtomicInteger();
        List<Running<Boolean>> workers = new ArrayList<>();
        for (Hand hand : segment.hands()) {
            workers.add(Running.call(() -> {
                        for (Work work = segment.next(hand); work != null; work = segment.next(hand)) {
                            hand.settle(work.items, Outcome.DELIVERED);
                            taken.incrementAndGet();
                        }
                        return true;
                    })
                    .awaitParked());
        }
        assertThat(taken).hasValue(0);
        assertThat(next.next(next.hands().get(0))).isNotNull();
        for (Running<Boolean> worker : workers) {
            assertThat(worker.result()).isTrue();
        }
        assertThat(taken).hasValue(1);
    }

    /** Messages come one by one while workers linger, take and come back: none is left lying beyond its linger. */
    @Test
    void noMessageIsLeftLyingWhileWorkersLinger() throws Exception {
        Segment segment = segment(clock, queue, new Bell(clock), new Parking(false), 3, new BatchSpec(4, 50_000));
        List<Running<Integer>> running = new ArrayList<>();
        AtomicInteger taken = new AtomicInteger();
        for (Hand hand : segment.hands()) {
            running.add(Running.call(() -> {
                int mine = 0;
                for (Work work = segment.next(hand); work != null; work = segment.next(hand)) {
                    hand.settle(work.items, Outcome.DELIVERED);
                    mine += work.items.size();
                    taken.addAndGet(work.items.size());
                }
                return mine;
            }));
        }
        int sent = 0;
        for (int burst = 0; burst < 2000; burst++) {
            for (int i = 0; i <= burst % 6; i++) {
                Envelope envelope = Envelopes.of(sent++);
                envelope.queuedNanos = clock.nanoTime();
                assertThat(queue.put(envelope)).isTrue();
                segment.arrived();
            }
            int all = sent;
            if (burst % 2 == 0) { // a worker that was not woken would never take them: nothing else rings
                Awaitility.await()
                        .pollDelay(Duration.ZERO)
                        .pollInterval(Duration.ofNanos(20_000))
                        .until(() -> taken.get() == all);
            }
        }
        segment.seal();
        int delivered = 0;
        for (Running<Integer> worker : running) {
            delivered += worker.result();
        }
        assertThat(delivered).isEqualTo(sent);
    }

    private static Segment segment(
            Clock clock, WorkQueue queue, Bell bell, Parking parking, int workers, @Nullable BatchSpec batch) {
        SegmentSpec spec = new SegmentSpec("sink", List.of(Envelopes.step()), workers, batch);
        return segment(spec, clock, new Prefetch(queue, new Bell(clock), spec, Long.MAX_VALUE), bell, parking, null);
    }

    private static Segment segment(
            SegmentSpec spec, Clock clock, Prefetch passage, Bell bell, Parking parking, @Nullable Segment next) {
        return new Segment(
                spec,
                clock,
                new Upstream(new Intake(List.of()), List.of()),
                passage,
                bell,
                parking,
                next,
                List.of(PipelineMeters.open("segments", null).stage(spec.name())));
    }
}
