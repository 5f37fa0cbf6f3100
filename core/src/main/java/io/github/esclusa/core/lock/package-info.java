// SPDX-License-Identifier: Apache-2.0

/** Locks that show who waits, who holds and for how long, and values that cannot be reached without theirs. */
@NullMarked
package io.github.esclusa.core.lock;

import org.jspecify.annotations.NullMarked;
