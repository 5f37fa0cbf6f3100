// SPDX-License-Identifier: Apache-2.0

/** What the build makes, looked at as its consumers do. */
@NullMarked
package io.github.esclusa.examples.build;

import org.jspecify.annotations.NullMarked;
