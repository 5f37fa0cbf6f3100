// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.net;

/** What an intake says to a frame. */
public enum Verdict {
    /** It is the intake's now. */
    ACCEPTED,
    /** There is no room; the intake keeps the frame in line, and will decide. */
    WAITING,
    /** It was not taken, and will not be; the next one may be. */
    REFUSED,
    /** It was not taken, and none will be any more. */
    CLOSED
}
