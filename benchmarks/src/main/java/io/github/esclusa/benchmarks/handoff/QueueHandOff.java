// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.benchmarks.handoff;

import io.github.esclusa.benchmarks.Countdown;
import io.github.esclusa.core.thread.NamedThreads;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;

/** What people write by hand: an {@code ArrayBlockingQueue} and a thread that takes from it. */
final class QueueHandOff implements HandOff {

    private static final Long END = -1L;

    private final int batch;
    private final Countdown countdown;
    private final ArrayBlockingQueue<Long> queue;
    private final Thread consumer = NamedThreads.daemon("queue").newThread(this::consume);

    private QueueHandOff(int capacity, int batch, Countdown countdown) {
        this.batch = batch;
        this.countdown = countdown;
        this.queue = new ArrayBlockingQueue<>(capacity);
    }

    /** With a batch of 1 it takes one by one; else it waits for one and drains what is there besides. */
    static HandOff start(int capacity, int batch, Countdown countdown) {
        QueueHandOff handOff = new QueueHandOff(capacity, batch, countdown);
        handOff.consumer.start();
        return handOff;
    }

    @Override
    public void send(Long message) throws InterruptedException {
        queue.put(message);
    }

    @Override
    public void close() throws InterruptedException {
        queue.put(END);
        consumer.join();
    }

    private void consume() {
        try {
            if (batch == 1) {
                takeEach();
            } else {
                drain();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void takeEach() throws InterruptedException {
        while (!queue.take().equals(END)) {
            countdown.consume(1);
        }
    }

    private void drain() throws InterruptedException {
        List<Long> messages = new ArrayList<>(batch);
        for (Long first = queue.take(); !first.equals(END); first = queue.take()) {
            messages.add(first);
            queue.drainTo(messages, batch - 1);
            countdown.consume(messages.size());
            messages.clear();
        }
    }
}
