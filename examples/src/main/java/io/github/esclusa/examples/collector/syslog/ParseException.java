// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.syslog;

/**
 * A frame could not be read as a syslog message. Its message is the reason: what is wrong, and at which offset.
 *
 * <p>It carries no stack trace. It describes the sender's bytes, not our code, and whoever floods us with garbage should
 * not buy a stack walk with every datagram.
 */
public final class ParseException extends Exception {

    private static final long serialVersionUID = 1;

    /**
     * A reason.
     *
     * @param reason what is wrong, and at which offset
     */
    public ParseException(String reason) {
        super(reason, null, false, false);
    }

    /**
     * Why the frame could not be read.
     *
     * @return what is wrong, and at which offset
     */
    public String reason() {
        return String.valueOf(getMessage());
    }
}
