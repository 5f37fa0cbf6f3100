// SPDX-License-Identifier: Apache-2.0

/** A flag that threads wait for. */
@NullMarked
package io.github.esclusa.core.signal;

import org.jspecify.annotations.NullMarked;
