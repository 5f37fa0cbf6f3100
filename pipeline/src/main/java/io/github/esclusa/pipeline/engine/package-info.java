// SPDX-License-Identifier: Apache-2.0

/** The machine behind a pipeline: segments of fused stages, the workers that drive them, and their settlements. */
@NullMarked
package io.github.esclusa.pipeline.engine;

import org.jspecify.annotations.NullMarked;
