// SPDX-License-Identifier: Apache-2.0

/** Taking a message from one thread to another. */
@NullMarked
package io.github.esclusa.benchmarks.handoff;

import org.jspecify.annotations.NullMarked;
