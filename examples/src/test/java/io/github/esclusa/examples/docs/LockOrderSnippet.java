// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.docs;

import io.github.esclusa.core.lock.Held;
import io.github.esclusa.core.lock.InstrumentedLock;
import io.github.esclusa.core.lock.LockOrder;
import java.util.concurrent.atomic.AtomicInteger;

/** The README's lock order. */
final class LockOrderSnippet {

    private LockOrderSnippet() {}

    /** Both transfers; the second is refused. */
    static void run(AtomicInteger transfers) {
        // snippet
        LockOrder order = LockOrder.named("bank");
        InstrumentedLock savings =
                InstrumentedLock.builder("savings").order(order).build();
        InstrumentedLock checking =
                InstrumentedLock.builder("checking").order(order).build();
        try (Held first = savings.hold();
                Held second = checking.hold()) {
            transfers.incrementAndGet(); // from now on savings comes before checking
        }
        try (Held first = checking.hold();
                Held second = savings.hold()) { // LockOrderException, though no other thread is there
            transfers.incrementAndGet();
        }
        // end
    }
}
