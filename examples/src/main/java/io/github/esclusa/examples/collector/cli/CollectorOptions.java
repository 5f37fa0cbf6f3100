// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.cli;

import static java.util.Objects.requireNonNull;

import io.github.esclusa.pipeline.policy.Overflow;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The collector's options. Each is checked by itself, then they are checked against each other. */
@Command(
        name = "collector",
        mixinStandardHelpOptions = true,
        version = "Esclusa collector 0.1.0",
        sortOptions = false,
        usageHelpAutoWidth = true,
        header = "Receives syslog over UDP and TCP and writes it to a database.",
        description = {
            "",
            "Bursts are held in a bounded buffer; over TCP a full buffer holds the senders back, over UDP"
                    + " --udp-when-full decides. SIGTERM or Ctrl-C drains the buffer and prints the balance as one line"
                    + " of JSON; a second one ends at once.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  collector --demo",
            "  collector --bind 0.0.0.0 --db jdbc:postgresql://db/logs?user=collector --writers 2",
            "",
            "Exit status: 0 balanced and nothing unknown; 1 otherwise, or if it could not start; 2 wrong options."
        })
final class CollectorOptions {

    @Spec
    @Nullable
    CommandSpec spec;

    @ArgGroup(exclusive = false, heading = "Where messages come in%n")
    Network network = new Network();

    @ArgGroup(exclusive = false, heading = "%nWhere they go%n")
    Target target = new Target();

    @ArgGroup(exclusive = false, heading = "%nHow many are held%n")
    Bounds bounds = new Bounds();

    @Option(
            names = "--demo",
            arity = "0..1",
            fallbackValue = "10",
            paramLabel = "SECONDS",
            description = {
                "%nStarts on free ports with a throw-away SQLite file, sends itself bursts over UDP and TCP for so many"
                        + " seconds (default: ${FALLBACK-VALUE}), and ends with the balance."
            })
    @Nullable
    String demo;

    /** Where messages come in. */
    static final class Network {
        @Option(names = "--udp", paramLabel = "PORT", defaultValue = "5514", description = "UDP port (default: 5514).")
        String udp = "5514";

        @Option(names = "--tcp", paramLabel = "PORT", defaultValue = "5514", description = "TCP port (default: 5514).")
        String tcp = "5514";

        @Option(
                names = "--bind",
                paramLabel = "ADDRESS",
                defaultValue = "127.0.0.1",
                description = "Address to listen on, for all three ports (default: 127.0.0.1, this machine only).")
        String bind = "127.0.0.1";

        @Option(
                names = "--http",
                paramLabel = "PORT",
                defaultValue = "9464",
                description = "Port of the page, /metrics and /health (default: 9464). Port 0 takes a free one.")
        String http = "9464";

        @Option(
                names = "--idle",
                paramLabel = "SECONDS",
                defaultValue = "300",
                description = "Closes a TCP connection that is silent for so long, or takes longer than that for one"
                        + " message (default: 300).")
        String idle = "300";
    }

    /** Where messages go. */
    static final class Target {
        @Option(
                names = "--db",
                paramLabel = "JDBC_URL",
                defaultValue = "jdbc:sqlite:collector.db",
                description = "jdbc:sqlite:FILE or jdbc:postgresql://HOST/DATABASE?user=… (default:"
                        + " jdbc:sqlite:collector.db).")
        String db = "jdbc:sqlite:collector.db";

        @Option(
                names = "--batch",
                paramLabel = "N",
                defaultValue = "2000",
                description = "Messages in one transaction, at the most (default: 2000).")
        String batch = "2000";

        @Option(
                names = "--linger",
                paramLabel = "MS",
                defaultValue = "50",
                description = "How long a message waits for its batch to fill (default: 50).")
        String linger = "50";

        @Option(
                names = "--writers",
                paramLabel = "N",
                defaultValue = "2",
                description = "Connections that write (default: 2; SQLite always has one).")
        String writers = "2";
    }

    /** How many messages are held. */
    static final class Bounds {
        @Option(
                names = "--capacity",
                paramLabel = "N",
                defaultValue = "50000",
                description = "Messages that each of UDP and TCP may have in hand (default: 50000).")
        String capacity = "50000";

        @Option(
                names = "--max-memory",
                paramLabel = "MB",
                defaultValue = "64",
                description = "Megabytes that the messages in hand may take up together (default: 64).")
        String maxMemory = "64";

        @Option(
                names = "--udp-when-full",
                paramLabel = "POLICY",
                defaultValue = "drop-oldest",
                description = "drop-oldest, reject, or block (then the kernel drops) (default: drop-oldest).")
        String udpWhenFull = "drop-oldest";
    }

    /** Checks everything and answers with what was asked for. */
    CollectorConfig config() {
        InetAddress bind = address(network.bind);
        int capacity = number("--capacity", bounds.capacity, 1, 100_000_000);
        int batch = number("--batch", target.batch, 1, 1_000_000);
        int writers = number("--writers", target.writers, 1, 64);
        long needed = 1L + (long) batch * (target.db.startsWith("jdbc:sqlite:") ? 1 : writers);
        if (batch > capacity || needed > 2L * capacity) {
            throw error("--batch " + batch + " is larger than --capacity " + capacity + " allows: with " + writers
                    + " writers it must be at most " + Math.max(1, Math.min(capacity, (2L * capacity - 1) / writers)));
        }
        int udp = number("--udp", network.udp, 0, 65_535);
        int tcp = number("--tcp", network.tcp, 0, 65_535);
        int http = number("--http", network.http, 0, 65_535);
        boolean isDemo = demo != null;
        return new CollectorConfig(
                new InetSocketAddress(bind, isDemo ? 0 : udp),
                new InetSocketAddress(bind, isDemo ? 0 : tcp),
                new InetSocketAddress(bind, isDemo ? 0 : http),
                database(target.db),
                capacity,
                (long) number("--max-memory", bounds.maxMemory, 1, 1_000_000) << 20,
                overflow(bounds.udpWhenFull),
                batch,
                Duration.ofMillis(number("--linger", target.linger, 0, 3_600_000)),
                writers,
                Duration.ofSeconds(number("--idle", network.idle, 1, 86_400)),
                demo == null ? null : Duration.ofSeconds(number("--demo", demo, 1, 3_600)));
    }

    private String database(String url) {
        if (url.startsWith("jdbc:sqlite:") || url.startsWith("jdbc:postgresql:")) {
            return url;
        }
        throw error("--db " + url + " is not supported: it must begin with jdbc:sqlite: or jdbc:postgresql:");
    }

    private Overflow overflow(String policy) {
        return switch (policy) {
            case "drop-oldest" -> Overflow.dropOldest();
            case "reject" -> Overflow.reject();
            case "block" -> Overflow.block();
            default ->
                throw error("--udp-when-full " + policy + " is not known: it must be drop-oldest, reject or block");
        };
    }

    private InetAddress address(String name) {
        try {
            return InetAddress.getByName(name);
        } catch (UnknownHostException e) {
            throw error("--bind " + name + " is not an address of this machine: use an IP address or a host name");
        }
    }

    private int number(String option, String value, int least, int most) {
        try {
            long number = Long.parseLong(value.strip());
            if (number >= least && number <= most) {
                return (int) number;
            }
        } catch (NumberFormatException e) {
            // falls through to the same error: the range says what is allowed
        }
        throw error(option + " " + value + " is not allowed: it must be a whole number from " + least + " to " + most);
    }

    private ParameterException error(String message) {
        return new ParameterException(requireNonNull(spec).commandLine(), message);
    }
}
