// SPDX-License-Identifier: Apache-2.0

/** The collector as its users meet it: a process, real clients, signals. */
@NullMarked
package io.github.esclusa.examples.collector;

import org.jspecify.annotations.NullMarked;
