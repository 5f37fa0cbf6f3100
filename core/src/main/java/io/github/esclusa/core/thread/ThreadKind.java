// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core.thread;

/** What a thread is made of, and whether the process waits for it. */
public enum ThreadKind {
    /** A platform thread that keeps the process alive until it ends. */
    PLATFORM,
    /** A platform thread that is cut off when the process ends. */
    DAEMON,
    /** A virtual thread (Java 21 and later), cut off when the process ends. */
    VIRTUAL
}
