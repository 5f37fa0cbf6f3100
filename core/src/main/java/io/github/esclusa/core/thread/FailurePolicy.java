// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core.thread;

/** What becomes of the other tasks of a group when one fails. */
public enum FailurePolicy {
    /** They are cancelled: those that run are interrupted, those that wait for a thread never run. */
    CANCEL_REST,
    /** They go on. */
    KEEP_GOING
}
