// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.net;

import java.util.Locale;

/** Why a connection was closed. */
enum CloseReason {
    /** Its sender ended it. */
    PEER,
    /** Nothing came for too long. */
    IDLE,
    /** One frame took too long to come; while memory is short, less is too long. */
    SLOW,
    /** Its octet counts and its frames do not go together any more. */
    OUT_OF_SYNC,
    /** It broke, or reading it failed. */
    FAILED,
    /** The intake takes no more. */
    INTAKE_CLOSED,
    /** The listener has stopped. */
    STOPPED;

    String tag() {
        return name().toLowerCase(Locale.ROOT);
    }
}
