// SPDX-License-Identifier: Apache-2.0

/** Syslog itself: frames, how a byte stream is cut into them, and what they say. No sockets, no threads. */
@NullMarked
package io.github.esclusa.examples.collector.syslog;

import org.jspecify.annotations.NullMarked;
