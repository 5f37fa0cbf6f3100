// SPDX-License-Identifier: Apache-2.0

/** How the library's own parts wait for each other, how they say where a thread is and what is missing, and log what comes in floods; not exported to its users. */
@NullMarked
package io.github.esclusa.core.waiting;

import org.jspecify.annotations.NullMarked;
