// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core.lock;

import java.util.List;

/**
 * A lock was asked for in an order opposite to one seen before. It was not taken; where a {@code Condition.await} would have
 * given a lock up to take it again, it has not been given up.
 *
 * <p>The stack of this exception is that of the acquire refused; its cause, and what is suppressed into it, are the stacks
 * of the acquires that made the order.
 */
public final class LockOrderException extends IllegalStateException {

    private static final long serialVersionUID = 1;

    LockOrderException(String message, List<EarlierOrder> made) {
        super(message, made.get(0));
        made.subList(1, made.size()).forEach(this::addSuppressed);
    }
}
