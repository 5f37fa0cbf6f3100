// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.web;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One request's time on a thread, which can be cut short.
 *
 * <p>An interrupt closes the socket on which a thread blocks, reading a request or writing an answer: that is how a slow
 * client is got rid of. It must hit that thread during this turn and at no other time. Both {@link #cutShort} and the
 * ends of the turn take the lock, so an interrupt comes either between them, or never; and one that comes too late to be
 * noticed by the request is cleared before the thread serves another.
 */
final class Turn {

    private final Runnable request;

    private final ReentrantLock lock = new ReentrantLock();

    /** Who serves the request now. */
    @GuardedBy("lock")
    private @Nullable Thread server;

    @GuardedBy("lock")
    private boolean cutShort;

    Turn(Runnable request) {
        this.request = request;
    }

    /** Serves the request on the calling thread; one that was cut short meanwhile has its connection closed at once. */
    void serve() {
        begin(Thread.currentThread());
        try {
            request.run();
        } finally {
            end();
        }
    }

    /** Ends the turn, now or, when it has not begun, as soon as it does. Harmless once it is over. */
    void cutShort() {
        lock.lock();
        try {
            cutShort = true;
            if (server != null) {
                server.interrupt();
            }
        } finally {
            lock.unlock();
        }
    }

    private void begin(Thread thread) {
        lock.lock();
        try {
            server = thread;
            if (cutShort) {
                thread.interrupt();
            }
        } finally {
            lock.unlock();
        }
    }

    @SuppressWarnings("ThreadInterrupted") // Meant for the request that is over; nobody else interrupts these threads.
    private void end() {
        lock.lock();
        try {
            server = null;
        } finally {
            lock.unlock();
        }
        Thread.interrupted();
    }
}
