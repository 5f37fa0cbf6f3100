// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.buffer;

/** What a buffer takes: it has a weight, and is told when it got in after all. */
public interface Admissible {

    /**
     * What it counts against the bound on weight.
     *
     * @return its weight; zero or more, and always the same
     */
    long weight();

    /**
     * It was admitted later than it came: out of the line, or once others had been evicted for it. Called under the
     * buffer's lock before anybody can poll it, so it only notes the time.
     *
     * @param nowNanos the reading of the buffer's clock; {@link Reading#NONE} if it could not be read
     */
    void admittedLate(long nowNanos);
}
