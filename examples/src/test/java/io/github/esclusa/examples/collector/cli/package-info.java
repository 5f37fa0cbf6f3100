// SPDX-License-Identifier: Apache-2.0

/** Tests of the command line. */
@NullMarked
package io.github.esclusa.examples.collector.cli;

import org.jspecify.annotations.NullMarked;
