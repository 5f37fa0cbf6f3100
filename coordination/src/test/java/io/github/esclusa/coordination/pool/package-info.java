// SPDX-License-Identifier: Apache-2.0

/** Tests of the pool. */
@NullMarked
package io.github.esclusa.coordination.pool;

import org.jspecify.annotations.NullMarked;
