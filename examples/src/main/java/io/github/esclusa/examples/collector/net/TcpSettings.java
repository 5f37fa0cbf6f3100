// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.net;

import java.time.Duration;

/** A TCP listener's settings, validated by its builder. */
record TcpSettings(String name, int frameLimit, Duration idle, int maxConnections, long frameMemory) {}
