// SPDX-License-Identifier: Apache-2.0

/** Tests of the module as a whole. */
@NullMarked
package io.github.esclusa.coordination;

import org.jspecify.annotations.NullMarked;
