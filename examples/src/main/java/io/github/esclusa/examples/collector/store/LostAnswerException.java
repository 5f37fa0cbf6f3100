// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.store;

import java.sql.SQLException;

/** What commits was sent, and no answer came: the rows are in the database, or they are not. Says what its cause says. */
final class LostAnswerException extends SQLException {

    private static final long serialVersionUID = 1L;

    LostAnswerException(Throwable cause) {
        super(
                cause.getMessage() == null ? cause.toString() : cause.getMessage(),
                cause instanceof SQLException said ? said.getSQLState() : null,
                cause);
    }
}
