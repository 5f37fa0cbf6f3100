// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.cli;

import io.github.esclusa.pipeline.policy.Overflow;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What the collector was asked to do, checked.
 *
 * @param udp where datagrams are received
 * @param tcp where connections are accepted
 * @param http where the page and the metrics are served
 * @param db the JDBC URL of the database
 * @param capacity how many messages each inlet may hold
 * @param maxMemoryBytes how much the messages of both inlets may weigh together
 * @param udpWhenFull what a full UDP inlet does
 * @param batch how many messages go into one transaction
 * @param linger how long a message waits for its batch to fill
 * @param writers how many connections write
 * @param idle after how long a silent connection is closed
 * @param demo how long to run the built-in sender; {@code null} for a collector without one
 */
public record CollectorConfig(
        InetSocketAddress udp,
        InetSocketAddress tcp,
        InetSocketAddress http,
        String db,
        int capacity,
        long maxMemoryBytes,
        Overflow udpWhenFull,
        int batch,
        Duration linger,
        int writers,
        Duration idle,
        @Nullable Duration demo) {}
