// SPDX-License-Identifier: Apache-2.0

/**
 * The same patterns written by hand on {@code java.util.concurrent}, each with the bug that such code has, shown every time:
 * by the order of the steps, not by luck. Each program ends by itself.
 */
@NullMarked
package io.github.esclusa.examples.patterns.byhand;

import org.jspecify.annotations.NullMarked;
