// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.buffer;

import io.github.esclusa.pipeline.report.Admission;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * When each message came into a buffer that drops the oldest, and when it went out: not the moments, which nobody sees, but
 * between which ticks of one counter they lie. Two messages whose times overlap may have come or gone in either order; what
 * is asked of the others holds in every order that is possible. The messages' ids are theirs here.
 */
final class Passages {

    /** More than a scenario offers. */
    private static final int MOST = 16;

    private static final int NEVER = Integer.MAX_VALUE;

    /** What this thread offers: a message is dropped on the thread that offers another. */
    private static final ThreadLocal<Passage> newcomer = new ThreadLocal<>();

    /** What one message has gone through: written by whoever offers, drops or polls it, read in the end. */
    private static final class Passage {

        final Item item;

        int offered;
        int answered = NEVER;

        @Nullable
        Admission answer;

        /** It came in between these. */
        int cameAfter;

        int cameBefore = NEVER;

        /** It went out between these, so many times; what is left goes in the end, in the order it lies in. */
        int wentAfter = NEVER;

        int wentBefore = NEVER;
        int drops;
        int polls;
        int leftovers;

        Passage(Item item) {
            this.item = item;
        }

        boolean accepted() {
            return answer != null && answer.accepted();
        }

        @Override
        public String toString() {
            return item + " " + answer + " in " + cameAfter + ".." + cameBefore + ", out " + wentAfter + ".."
                    + wentBefore;
        }
    }

    private final AtomicInteger ticks = new AtomicInteger();
    private final AtomicInteger ids = new AtomicInteger();
    private final @Nullable Passage[] passages = new @Nullable Passage[MOST];

    int tick() {
        return ticks.incrementAndGet();
    }

    Item offering(int weight) {
        Passage passage = new Passage(new Item(ids.getAndIncrement(), weight));
        passages[passage.item.id()] = passage;
        newcomer.set(passage);
        passage.offered = tick();
        passage.cameAfter = passage.offered;
        return passage.item;
    }

    void dropped(Item item) {
        Passage gone = of(item);
        Passage instead = newcomer.get();
        gone.drops++;
        gone.wentAfter = instead.offered;
        gone.wentBefore = tick();
        instead.cameAfter = gone.wentBefore; // its room is there once the owner has been told
    }

    void answered(Item item, Admission answer) {
        Passage passage = of(item);
        passage.answer = answer;
        passage.answered = tick();
        if (answer.accepted()) {
            passage.cameBefore = passage.answered;
        }
    }

    void polled(Item item, int began) {
        Passage gone = of(item);
        gone.polls++;
        gone.wentAfter = began;
        gone.wentBefore = tick();
    }

    void left(List<Item> items) {
        for (Item item : items) {
            Passage stays = of(item);
            stays.leftovers++;
            stays.wentAfter = tick();
            stays.wentBefore = stays.wentAfter;
        }
    }

    void requireEachToEndOnce(long admitted, long dropped) {
        int accepted = 0;
        int drops = 0;
        for (Passage each : all()) {
            accepted += each.accepted() ? 1 : 0;
            drops += each.drops;
            int ends = each.drops + each.polls + each.leftovers;
            require(ends == (each.accepted() ? 1 : 0), ends + " ends of " + each);
        }
        require(admitted == accepted, "admitted " + admitted + ", accepted " + accepted);
        require(dropped == drops, "dropped " + dropped + ", told of " + drops);
    }

    /** Of two that certainly came one after the other, the second did not certainly go first. */
    void requireOldestFirst() {
        for (Passage first : all()) {
            for (Passage second : all()) {
                if (first.accepted() && second.accepted() && first.cameBefore < second.cameAfter) {
                    require(first.wentAfter < second.wentBefore, second + " went before " + first);
                }
            }
        }
    }

    /** Nobody is refused for want of room while what would make it is queued: the oldest goes, not the newcomer. */
    void requireRoomToBeMade() {
        for (Passage refused : all()) {
            if (refused.answer == Admission.FULL) {
                long queued = 0;
                for (Passage each : all()) {
                    if (each.cameBefore < refused.offered && each.wentAfter > refused.answered) {
                        queued += each.item.weight();
                    }
                }
                require(queued < refused.item.weight(), refused + " though " + queued + " could have been dropped");
            }
        }
    }

    private List<Passage> all() {
        List<Passage> all = new ArrayList<>();
        for (Passage passage : passages) {
            if (passage != null) {
                all.add(passage);
            }
        }
        return all;
    }

    private Passage of(Item item) {
        Passage passage = passages[item.id()];
        if (passage == null) {
            throw new AssertionError(item + " was never offered");
        }
        return passage;
    }

    private static void require(boolean condition, String otherwise) {
        if (!condition) {
            throw new AssertionError(otherwise);
        }
    }
}
