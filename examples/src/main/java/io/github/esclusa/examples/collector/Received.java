// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector;

import io.github.esclusa.examples.collector.store.DeadLetterRow;
import io.github.esclusa.examples.collector.store.MessageRow;
import io.github.esclusa.examples.collector.syslog.Frame;
import io.github.esclusa.examples.collector.syslog.SyslogMessage;

/**
 * A message that was understood, with the bytes it came as: should the database refuse it, they are what is kept.
 *
 * @param frame what was received
 * @param row what is stored
 */
record Received(Frame frame, MessageRow row) {

    static Received of(Frame frame, SyslogMessage message) {
        return new Received(
                frame,
                new MessageRow(
                        frame.id(),
                        frame.receivedAt(),
                        message.facility(),
                        message.severity(),
                        message.sentAt(),
                        message.host(),
                        message.app(),
                        message.procid(),
                        message.msgid(),
                        message.structuredData(),
                        message.message()));
    }

    /** What is kept of a frame that was not understood, or not taken. */
    static DeadLetterRow deadLetter(Frame frame, Throwable reason) {
        String why = reason.getMessage() == null ? reason.toString() : reason.getMessage();
        return new DeadLetterRow(frame.id(), frame.receivedAt(), frame.source(), why, frame.bytes());
    }
}
