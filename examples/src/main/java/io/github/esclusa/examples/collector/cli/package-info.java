// SPDX-License-Identifier: Apache-2.0

/** The collector's command line: what may be asked for, and what is said to whoever asks for anything else. */
@NullMarked
package io.github.esclusa.examples.collector.cli;

import org.jspecify.annotations.NullMarked;
