// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.patterns;

import io.github.esclusa.core.lock.Held;
import io.github.esclusa.core.lock.InstrumentedLock;
import io.github.esclusa.core.lock.LockMetrics;
import io.github.esclusa.core.lock.LockOrder;
import io.github.esclusa.core.lock.LockOrderException;
import io.github.esclusa.core.lock.Reentrancy;
import io.github.esclusa.core.thread.TaskGroup;
import io.github.esclusa.examples.patterns.byhand.Printer;

/** A lock that refuses its own owner, one that counts, and two whose opposite orders are told of before anybody waits. */
public final class DeadlockPattern {

    private DeadlockPattern() {}

    /**
     * Runs the program.
     *
     * @param out where its lines go
     * @return what it has shown
     * @throws InterruptedException if it is interrupted
     */
    public static String run(Printer out) throws InterruptedException {
        Dashboard dashboard = new Dashboard();
        // snippet
        InstrumentedLock plain =
                InstrumentedLock.builder("plain").reentrancy(Reentrancy.REFUSED).build();
        try (Held once = plain.hold();
                Held twice = plain.hold()) {
            out.line("not reached");
        } catch (IllegalStateException e) {
            out.line("%s", e.getMessage());
        }
        InstrumentedLock counting = InstrumentedLock.builder("counting").build();
        try (Held outer = counting.hold()) {
            try (Held inner = counting.hold()) {
                out.line("taken twice: %s", counting);
            }
            out.line("released once: %s", counting);
        }
        LockOrder order = LockOrder.named("bank");
        InstrumentedLock left = InstrumentedLock.builder("left")
                .order(order)
                .meterRegistry(dashboard.registry())
                .build();
        InstrumentedLock right = InstrumentedLock.builder("right").order(order).build();
        try (TaskGroup<String> others = TaskGroup.open("others")) {
            try (Held first = left.hold();
                    Held second = right.hold()) {
                out.line("left, then right: from now on that is the order");
                others.submit(() -> {
                    try (Held its = left.hold();
                            Held both = right.hold()) {
                        return "waits for its turn, and has both";
                    }
                });
                dashboard.awaitReads(LockMetrics.QUEUED, 1);
            }
            out.line("another thread, in the same order: %s", others.join());
        }
        try (Held first = right.hold();
                Held second = left.hold()) {
            out.line("not reached");
        } catch (LockOrderException e) {
            out.line("%s", e.getMessage());
        }
        // end
        return "2 refused at once, " + order.inversions() + " of them by one thread alone";
    }
}
