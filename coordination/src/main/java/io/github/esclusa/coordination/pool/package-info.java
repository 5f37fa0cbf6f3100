// SPDX-License-Identifier: Apache-2.0

/**
 * A bounded pool of things that are dear to make and must not be shared: connections above all.
 *
 * <p>{@link io.github.esclusa.coordination.pool.ResourcePool} lends, {@link io.github.esclusa.coordination.pool.Lease}
 * is what the borrower holds, {@link io.github.esclusa.coordination.pool.ResourceFactory} makes and destroys. Inside,
 * one class knows who gets what ({@code HandOver}, pure state under one lock), and one runs what the user supplied
 * ({@code Workers}, threads and no state): the first never calls user code, the second never decides.
 */
@NullMarked
package io.github.esclusa.coordination.pool;

import org.jspecify.annotations.NullMarked;
