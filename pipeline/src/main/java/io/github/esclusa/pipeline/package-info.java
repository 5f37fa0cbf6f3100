// SPDX-License-Identifier: Apache-2.0

/** The bounded pipeline: how it is built, fed, watched and shut down. */
@NullMarked
package io.github.esclusa.pipeline;

import org.jspecify.annotations.NullMarked;
