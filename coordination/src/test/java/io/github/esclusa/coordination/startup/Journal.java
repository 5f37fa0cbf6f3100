// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.startup;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;

/** What happened to the parts of a gate, in order. */
final class Journal {

    private final ConcurrentLinkedQueue<String> lines = new ConcurrentLinkedQueue<>();

    /** Something to start. */
    record Part(String name, Journal journal) implements AutoCloseable {
        @Override
        public void close() {
            journal.add("close " + name);
        }
    }

    void add(String line) {
        lines.add(line);
    }

    List<String> lines() {
        return List.copyOf(lines);
    }

    /** A factory that works. */
    Callable<Part> part(String name) {
        return () -> {
            add("start " + name);
            return new Part(name, this);
        };
    }

    /** A factory that says when it was entered, and returns when it is let. */
    Callable<Part> part(String name, CountDownLatch entered, CountDownLatch let) {
        return () -> {
            add("start " + name);
            entered.countDown();
            let.await();
            return new Part(name, this);
        };
    }

    /** A factory that says when it was entered, and returns when it is let, whoever interrupts it. */
    Callable<Part> stubborn(String name, CountDownLatch entered, CountDownLatch let) {
        return () -> {
            add("start " + name);
            entered.countDown();
            awaitStubbornly(let);
            return new Part(name, this);
        };
    }

    /** A part whose close says when it was entered, and returns when it is let, whoever interrupts it. */
    AutoCloseable stuckInClose(String name, CountDownLatch entered, CountDownLatch let) {
        return () -> {
            add("close " + name);
            entered.countDown();
            awaitStubbornly(let);
        };
    }

    static void awaitStubbornly(CountDownLatch let) {
        while (true) {
            try {
                let.await();
                return;
            } catch (InterruptedException ignored) {
                // on purpose: this one does not listen
            }
        }
    }
}
