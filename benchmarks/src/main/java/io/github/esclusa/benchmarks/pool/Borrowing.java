// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.benchmarks.pool;

import org.openjdk.jmh.infra.Blackhole;

/** A pool of 2 that is full, validates nothing on the way, and lets a thread wait for up to 30 seconds. */
interface Borrowing {

    int SIZE = 2;
    int TIMEOUT_SECONDS = 30;

    /** Borrows a resource, looks at it, and gives it back. */
    void borrow(Blackhole user) throws Exception;

    void close() throws Exception;
}
