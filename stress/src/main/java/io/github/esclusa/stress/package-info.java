// SPDX-License-Identifier: Apache-2.0

/**
 * The races that the concurrency notes argue about, run for real: one jcstress class for each. The normal build compiles
 * them, {@code -Pstress} runs them.
 */
@NullMarked
package io.github.esclusa.stress;

import org.jspecify.annotations.NullMarked;
