// SPDX-License-Identifier: Apache-2.0

/** Each pattern's behaviour, the failure it prevents included. */
@NullMarked
package io.github.esclusa.examples.patterns;

import org.jspecify.annotations.NullMarked;
