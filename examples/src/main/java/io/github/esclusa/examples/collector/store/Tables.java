// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.store;

/** The columns of both tables, in the order in which rows are written. */
final class Tables {

    static final String MESSAGE_COLUMNS =
            "id, received_at, facility, severity, sent_at, host, app, procid, msgid, structured_data, message";
    static final String DEAD_LETTER_COLUMNS = "id, received_at, source, reason, raw";

    private Tables() {}
}
