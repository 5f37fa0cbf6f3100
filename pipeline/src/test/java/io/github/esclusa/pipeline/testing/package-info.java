// SPDX-License-Identifier: Apache-2.0

/** What the pipeline's tests share. */
@NullMarked
package io.github.esclusa.pipeline.testing;

import org.jspecify.annotations.NullMarked;
