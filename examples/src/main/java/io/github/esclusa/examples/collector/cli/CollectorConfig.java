// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.cli;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What the collector was asked to do, checked.
 *
 * @param bind the address of every listener
 * @param udpPort where datagrams come in; 0 takes a free port
 * @param tcpPort where connections come in; 0 takes a free port
 * @param httpPort where the page, the metrics and the health are; 0 takes a free port
 * @param db the JDBC URL, of a database the store knows; in a demo without {@code --db}, to be replaced
 *     ({@link #withDb}) by that of a throw-away file
 * @param throwAwayDb whether the database is to be made for a demo and thrown away
 * @param capacity the most messages of each inlet that are accepted and not settled
 * @param maxMemoryBytes the most bytes that messages which are accepted and not settled take in both inlets together, half
 *     of it each, with what a message costs beside its own bytes
 * @param udpWhenFull what happens to a datagram when its inlet is full
 * @param batch the most messages written at once; batch times writers is at most the capacity
 * @param linger how long the first message of a batch waits for more
 * @param writers how many batches are written at a time; 1 for SQLite
 * @param idle how long a TCP connection may be silent, or take for one frame
 * @param demo how long the demo lasts; empty when there is none
 * @param notices what the user is to be told before it starts, one line each
 */
public record CollectorConfig(
        InetAddress bind,
        int udpPort,
        int tcpPort,
        int httpPort,
        String db,
        boolean throwAwayDb,
        int capacity,
        long maxMemoryBytes,
        WhenFull udpWhenFull,
        int batch,
        Duration linger,
        int writers,
        Duration idle,
        Optional<Duration> demo,
        List<String> notices) {

    /** What happens to a datagram when its inlet is full. */
    public enum WhenFull {
        /** The inlet's oldest message gives way to it. */
        DROP_OLDEST,
        /** It is refused, and thus lost. */
        REJECT,
        /** The receiver waits; the kernel's buffer fills, and then the kernel drops. */
        BLOCK
    }

    /** Copies the list. */
    public CollectorConfig {
        notices = List.copyOf(notices);
    }

    /**
     * The same, with another database.
     *
     * @param jdbcUrl its URL
     * @return the configuration, which no longer asks for a throw-away database
     */
    public CollectorConfig withDb(String jdbcUrl) {
        return new CollectorConfig(
                bind,
                udpPort,
                tcpPort,
                httpPort,
                jdbcUrl,
                false,
                capacity,
                maxMemoryBytes,
                udpWhenFull,
                batch,
                linger,
                writers,
                idle,
                demo,
                notices);
    }
}
