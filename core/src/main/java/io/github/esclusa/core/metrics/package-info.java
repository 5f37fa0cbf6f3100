// SPDX-License-Identifier: Apache-2.0

/** Meters that live exactly as long as the component they describe. */
@NullMarked
package io.github.esclusa.core.metrics;

import org.jspecify.annotations.NullMarked;
