// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.net;

import io.github.esclusa.examples.collector.syslog.Frame;
import java.util.function.Consumer;

/** Where frames of connections go: a sender that is not read for a while is held back, so nothing needs to be dropped. */
@FunctionalInterface
public interface StreamIntake {

    /**
     * Offers a frame. It never waits: it is called on the one thread that serves all connections.
     *
     * @param frame the frame
     * @param whenDecided called exactly once, on any thread, if the answer is {@link Verdict#WAITING}, and then with
     *     any other verdict; it may be called before this method returns. Not called after any other answer
     * @return the verdict, or {@link Verdict#WAITING}
     */
    Verdict offer(Frame frame, Consumer<Verdict> whenDecided);
}
