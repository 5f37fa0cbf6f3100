// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core.lock;

/** In which order threads that contend for a lock get it. */
public enum Fairness {
    /** No order is promised: a thread that happens to run may overtake those that wait. The faster choice. */
    BARGING,
    /** The thread that has waited longest comes first, except that {@code tryLock()} without a timeout barges. */
    FIRST_COME
}
