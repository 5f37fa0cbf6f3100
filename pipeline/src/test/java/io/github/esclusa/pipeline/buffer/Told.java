// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.buffer;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** Remembers what a buffer tells, and may do something when a message is dropped. */
final class Told implements BufferEvents<Item> {

    final AtomicInteger queued = new AtomicInteger();
    final AtomicInteger full = new AtomicInteger();
    final AtomicInteger leftAfterClose = new AtomicInteger();
    final List<Long> heldBackNanos = new CopyOnWriteArrayList<>();
    final List<Item> dropped = new CopyOnWriteArrayList<>();
    final List<Throwable> callbackFailures = new CopyOnWriteArrayList<>();

    /** Set before the buffer is used. */
    Consumer<Item> whenDropped = item -> {};

    @Override
    public void queued() {
        queued.incrementAndGet();
    }

    @Override
    public void full() {
        full.incrementAndGet();
    }

    @Override
    public void dropped(Item element) {
        dropped.add(element);
        whenDropped.accept(element);
    }

    @Override
    public void leftAfterClose() {
        leftAfterClose.incrementAndGet();
    }

    @Override
    public void heldBack(long nanos) {
        heldBackNanos.add(nanos);
    }

    @Override
    public void callbackFailed(Throwable thrown) {
        callbackFailures.add(thrown);
    }
}
