// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core.lock;

import java.util.concurrent.locks.Lock;

/**
 * A lock that is held, for the length of a {@code try} block. Closing it twice releases once; it must be closed by the
 * thread that took it.
 */
public final class Held implements AutoCloseable {

    private final Lock lock;

    /** Written by the thread that holds the lock only. */
    private boolean released;

    Held(Lock lock) {
        this.lock = lock;
    }

    /**
     * Releases the lock once; further calls do nothing.
     *
     * @throws IllegalMonitorStateException if the calling thread does not hold the lock
     */
    @Override
    public void close() {
        if (released) {
            return;
        }
        lock.unlock(); // first: a close from the wrong thread throws here and leaves the hold as it was
        released = true;
    }

    @Override
    public String toString() {
        return "Held(" + lock + ")";
    }
}
