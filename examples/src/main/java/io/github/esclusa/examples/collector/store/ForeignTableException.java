// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.store;

import java.sql.SQLException;

/** The database has a table of our name that is not ours. */
final class ForeignTableException extends SQLException {

    private static final long serialVersionUID = 1;

    static final String REMEDY = "rename that table, or name another database";

    ForeignTableException(String reason) {
        super(reason, "42P16");
    }
}
