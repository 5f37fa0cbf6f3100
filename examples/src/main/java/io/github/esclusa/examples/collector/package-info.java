// SPDX-License-Identifier: Apache-2.0

/** A syslog collector: bursts come in over UDP and TCP, and go into a database that is slower than they are. */
@NullMarked
package io.github.esclusa.examples.collector;

import org.jspecify.annotations.NullMarked;
