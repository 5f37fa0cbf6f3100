// SPDX-License-Identifier: Apache-2.0

/** Borrowing a resource and giving it back. */
@NullMarked
package io.github.esclusa.benchmarks.pool;

import org.jspecify.annotations.NullMarked;
