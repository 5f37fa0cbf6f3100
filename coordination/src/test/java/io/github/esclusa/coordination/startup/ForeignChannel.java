// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.startup;

import java.nio.channels.spi.AbstractInterruptibleChannel;
import java.util.concurrent.CountDownLatch;

/** A channel in whose operations an interrupt runs code that is not ours. */
final class ForeignChannel extends AbstractInterruptibleChannel {

    private final Runnable whenClosed;

    ForeignChannel(Runnable whenClosed) {
        this.whenClosed = whenClosed;
    }

    /** An operation that lasts until it is let, whoever interrupts it. */
    void operate(CountDownLatch entered, CountDownLatch let) {
        begin();
        try {
            entered.countDown();
            Journal.awaitStubbornly(let);
        } finally {
            blockedOnNothing();
        }
    }

    private void blockedOnNothing() {
        try {
            end(true);
        } catch (Exception e) { // closed, by the interrupt
            Thread.interrupted();
        }
    }

    @Override
    protected void implCloseChannel() {
        whenClosed.run();
    }
}
