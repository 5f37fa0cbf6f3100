// SPDX-License-Identifier: Apache-2.0

/**
 * The network side: UDP and TCP listeners that hand frames to an intake, and hold a TCP sender back when it is full.
 *
 * <pre>
 *   UDP socket --- one thread ------------------------&gt; DatagramIntake   waits, drops or refuses as its policy says
 *
 *   TCP sockets --- one selector thread --- decoder ---&gt; StreamIntake     never waits; WAITING: that socket is not read
 *                        ^                                    |           until the intake has decided
 *                        +---------- decided -----------------+
 * </pre>
 */
@NullMarked
package io.github.esclusa.examples.collector.net;

import org.jspecify.annotations.NullMarked;
