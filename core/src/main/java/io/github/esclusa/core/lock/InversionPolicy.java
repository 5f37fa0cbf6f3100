// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core.lock;

/** What a {@link LockOrder} does when two locks are taken in opposite orders. */
public enum InversionPolicy {
    /** The acquire that would turn the order round fails with a {@link LockOrderException} and does not take the lock. */
    REFUSE,
    /** The acquire goes on; it is logged as a warning, once for each two locks. */
    WARN
}
