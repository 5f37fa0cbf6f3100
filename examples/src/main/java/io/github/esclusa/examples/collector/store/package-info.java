// SPDX-License-Identifier: Apache-2.0

/**
 * Where the collector's messages end: two tables in SQLite or PostgreSQL, filled in batches.
 *
 * <p>{@link io.github.esclusa.examples.collector.store.Store} is the way in. A dialect knows what differs between the two
 * databases, a writer is one connection with its statements, and the writers are kept in an Esclusa resource pool.
 */
@NullMarked
package io.github.esclusa.examples.collector.store;

import org.jspecify.annotations.NullMarked;
