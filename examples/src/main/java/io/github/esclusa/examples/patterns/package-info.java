// SPDX-License-Identifier: Apache-2.0

/**
 * The twelve patterns of a threading course, each as a small program on Esclusa's API; {@code docs/patterns} explains them.
 */
@NullMarked
package io.github.esclusa.examples.patterns;

import org.jspecify.annotations.NullMarked;
