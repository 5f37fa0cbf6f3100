// SPDX-License-Identifier: Apache-2.0

/** Tests of the timers. */
@NullMarked
package io.github.esclusa.coordination.timer;

import org.jspecify.annotations.NullMarked;
