// SPDX-License-Identifier: Apache-2.0

/** Time as a dependency: a clock that is injected, and deadlines on it. */
@NullMarked
package io.github.esclusa.core.time;

import org.jspecify.annotations.NullMarked;
