// SPDX-License-Identifier: Apache-2.0

/** The bounded buffer that an inlet stands on. */
@NullMarked
package io.github.esclusa.pipeline.buffer;

import org.jspecify.annotations.NullMarked;
