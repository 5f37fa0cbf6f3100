// SPDX-License-Identifier: Apache-2.0

/** Timers that are cancelled, and timers that fire. */
@NullMarked
package io.github.esclusa.benchmarks.timer;

import org.jspecify.annotations.NullMarked;
