// SPDX-License-Identifier: Apache-2.0

/** The functions that users hand to a pipeline: like those of the JDK, but they may throw. */
@NullMarked
package io.github.esclusa.pipeline.function;

import org.jspecify.annotations.NullMarked;
