// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core.lock;

/** What happens when a thread takes a lock that it holds already. */
public enum Reentrancy {
    /** It has the lock once more, and must release it as often as it took it. */
    COUNTED,
    /** It fails at once: where it is an error, it would otherwise be found by a thread that waits for itself for ever. */
    REFUSED
}
