// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.benchmarks.handoff;

/** Takes messages to the one consumer. */
interface HandOff {

    /** Waits while it is full. */
    void send(Long message) throws InterruptedException;

    /** Ends the consumer. */
    void close() throws InterruptedException;
}
