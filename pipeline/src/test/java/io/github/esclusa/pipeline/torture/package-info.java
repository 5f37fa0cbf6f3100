// SPDX-License-Identifier: Apache-2.0

/** Random pipelines, shut down at random moments, held against an oracle that counts for itself. */
@NullMarked
package io.github.esclusa.pipeline.torture;

import org.jspecify.annotations.NullMarked;
