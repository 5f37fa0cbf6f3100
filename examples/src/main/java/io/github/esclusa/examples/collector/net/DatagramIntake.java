// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.net;

import io.github.esclusa.examples.collector.syslog.Frame;

/** Where datagrams go. */
@FunctionalInterface
public interface DatagramIntake {

    /**
     * Submits a frame, waiting for room if that is the intake's policy. Datagrams that come meanwhile gather in the
     * kernel's buffer, and are lost when it is full.
     *
     * @param frame the frame
     * @return the verdict; never {@link Verdict#WAITING}
     * @throws InterruptedException if the listener is stopped while the frame waits; it has not been taken then
     */
    Verdict submit(Frame frame) throws InterruptedException;
}
