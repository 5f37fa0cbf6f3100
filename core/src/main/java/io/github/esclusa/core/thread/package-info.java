// SPDX-License-Identifier: Apache-2.0

/** Threads with names, and a daemon policy that was chosen. */
@NullMarked
package io.github.esclusa.core.thread;

import org.jspecify.annotations.NullMarked;
