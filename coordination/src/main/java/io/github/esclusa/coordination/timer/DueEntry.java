// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.timer;

/** Something that waits for a moment. Plain data: its fields are guarded by the lock of whoever owns the heap. */
class DueEntry {

    /** The index of an entry that is in no heap. */
    static final int NOWHERE = -1;

    /** The clock's reading at which it is due; compared by difference, as the clock wraps around. */
    long dueNanos;

    /** Among entries due at the same reading, the lower number goes first. */
    long order;

    /** Where in its heap it is; written by the heap only. */
    int index = NOWHERE;

    final boolean isBefore(DueEntry other) {
        long difference = dueNanos - other.dueNanos;
        return difference != 0 ? difference < 0 : order - other.order < 0;
    }
}
