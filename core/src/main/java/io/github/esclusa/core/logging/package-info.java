// SPDX-License-Identifier: Apache-2.0

/** How the library's own parts log what may come in floods; not exported to its users. */
@NullMarked
package io.github.esclusa.core.logging;

import org.jspecify.annotations.NullMarked;
