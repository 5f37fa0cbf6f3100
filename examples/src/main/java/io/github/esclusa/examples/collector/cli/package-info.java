// SPDX-License-Identifier: Apache-2.0

/** The collector's command line: options, their limits, and the errors that name both. */
@NullMarked
package io.github.esclusa.examples.collector.cli;

import org.jspecify.annotations.NullMarked;
