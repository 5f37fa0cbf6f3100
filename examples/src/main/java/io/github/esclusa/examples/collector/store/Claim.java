// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.store;

/** That a database is one store's alone, for as long as this is not closed. */
@FunctionalInterface
interface Claim extends AutoCloseable {

    /** Of a database that several may write to. */
    Claim NONE = () -> {};

    /** Gives it back. Further calls do nothing. */
    @Override
    void close();
}
