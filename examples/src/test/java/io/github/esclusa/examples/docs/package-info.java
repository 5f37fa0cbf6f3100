// SPDX-License-Identifier: Apache-2.0

/** The snippets of the documentation, compiled, and the test that they are what the pages show. */
@NullMarked
package io.github.esclusa.examples.docs;

import org.jspecify.annotations.NullMarked;
