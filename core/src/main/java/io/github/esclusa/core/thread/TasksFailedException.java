// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core.thread;

import java.util.List;

/**
 * Tasks of a group have failed. The cause is what the first of them threw, the first in time; what the others threw is
 * suppressed, in the order in which it happened.
 */
public final class TasksFailedException extends RuntimeException {

    private static final long serialVersionUID = 1;

    TasksFailedException(String message, List<Throwable> failures) {
        super(message, failures.get(0));
        for (Throwable later : failures.subList(1, failures.size())) {
            addSuppressed(later);
        }
    }
}
