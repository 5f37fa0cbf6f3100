// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.net;

import io.github.esclusa.examples.collector.syslog.Frame;
import io.github.esclusa.examples.collector.syslog.IdSource;
import io.github.esclusa.examples.collector.syslog.RawFrame;
import java.time.Instant;
import java.time.InstantSource;

/** Gives frames what they get at receipt: a time and an id. */
record Receipt(InstantSource wallClock, IdSource ids) {

    long nowMicros() {
        Instant now = wallClock.instant();
        return now.getEpochSecond() * 1_000_000L + now.getNano() / 1_000;
    }

    Frame frame(RawFrame raw, String source, long receivedAtMicros) {
        return new Frame(ids.next(receivedAtMicros), receivedAtMicros, source, raw.bytes(), raw.fault());
    }
}
