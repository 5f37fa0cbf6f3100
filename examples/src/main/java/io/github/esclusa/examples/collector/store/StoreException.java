// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.store;

import org.jspecify.annotations.Nullable;

/**
 * The database could not be opened, or did not take what it was given. The message is one line: what was attempted, on
 * which database (its URL without passwords), what the database said, and what can be done about it. Nothing of the
 * attempt has been applied, unless it was a COMMIT whose answer was lost ({@link Store#mayBeWritten}); doing it again
 * doubles nothing.
 */
public final class StoreException extends RuntimeException {

    private static final long serialVersionUID = 1;

    /**
     * An attempt that failed.
     *
     * @param message what was attempted, on which database, and the remedy
     * @param cause what the database said; {@code null} if it was not asked
     */
    public StoreException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
