// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.store;

import java.sql.SQLException;

/** A value the database is known to refuse, found before it was sent. Counts as a data error, like its own. */
final class RefusedValueException extends SQLException {

    private static final long serialVersionUID = 1;

    RefusedValueException(String reason) {
        super(reason, "22021");
    }
}
