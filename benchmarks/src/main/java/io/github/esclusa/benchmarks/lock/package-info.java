// SPDX-License-Identifier: Apache-2.0

/** What watching a lock costs. */
@NullMarked
package io.github.esclusa.benchmarks.lock;

import org.jspecify.annotations.NullMarked;
