// SPDX-License-Identifier: Apache-2.0

/** How the library's own parts wait for each other, how they say where a thread is and what is missing; not exported to its users. */
@NullMarked
package io.github.esclusa.core.waiting;

import org.jspecify.annotations.NullMarked;
