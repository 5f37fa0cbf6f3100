// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.cli;

import static java.util.Objects.requireNonNull;
import static java.util.Objects.requireNonNullElse;

import io.github.esclusa.examples.collector.store.Store;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help;
import picocli.CommandLine.InitializationException;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.OverwrittenOptionException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The collector's options.
 *
 * <p>Every value is taken as text and checked here, so that every error reads alike: the option, its value, what is
 * allowed, on one line of standard error, and exit status 2.
 */
@Command(
        name = "collector",
        sortOptions = false,
        usageHelpAutoWidth = true,
        mixinStandardHelpOptions = false,
        versionProvider = Version.class,
        header = "Takes syslog messages off the network, in bursts, and writes them to a database.",
        synopsisHeading = "%nUsage: ",
        customSynopsis = "java -jar collector.jar [options]",
        description = {
            "",
            "Reads RFC 5424 and RFC 3164 over UDP and TCP. What the database cannot take at once waits in a bounded"
                    + " buffer; when that is full, TCP senders are held back and UDP follows --udp-when-full."
        },
        footer = {
            "",
            "Examples:",
            "  java -jar collector.jar --demo",
            "  java -jar collector.jar --bind 0.0.0.0 --tcp 601 --udp 514 --idle 600",
            "  java -jar collector.jar --writers 2 --db 'jdbc:postgresql://db/logs'",
            "  java -jar collector.jar @FILE        (the options are in the file)",
            "",
            "When it listens, a line that begins with \"collector: ready\" says on standard error where; with --demo it goes to"
                    + " standard output, with the rest of what the demo shows.",
            "",
            "SIGTERM or Ctrl-C ends it in order: what was accepted is written, for "
                    + CollectorOptions.DRAIN_SECONDS
                    + " s at most (a supervisor must allow for that), and the last line of standard output says what became of"
                    + " every message; \"returned\" are those the"
                    + " database did not take in time. Exit status: 0 when the line is balanced and nothing is unknown, 1 when not or"
                    + " when it could not start, 2 for a wrong option.",
            "",
            "PostgreSQL: a password in the URL is seen by whoever lists processes. Where it names a user alone, the driver"
                    + " takes the password from ~/.pgpass or the file that PGPASSFILE names."
        })
public final class CollectorOptions {

    /** How long a stopping collector works off what it has, in seconds. */
    public static final int DRAIN_SECONDS = 30;

    static final int USAGE_ERROR = 2;

    private static final long MIB = 1024 * 1024;
    private static final int MAX_CAPACITY = 10_000_000;
    private static final int MAX_BATCH = 100_000;
    private static final int DEFAULT_BATCH = 4_000;
    private static final int MAX_LINGER_MS = 60_000;
    private static final int MAX_WRITERS = 64;
    private static final int MAX_IDLE_SECONDS = 86_400;
    private static final int MAX_DEMO_SECONDS = 3_600;
    private static final long DEFAULT_MAX_MEMORY_MIB = 256;
    private static final String DEFAULT_PORT = "5514";
    private static final String DEFAULT_HTTP = "9464";
    private static final String DEFAULT_DB = "jdbc:sqlite:collector.db";
    private static final String DEFAULT_DEMO = "15";

    /** In the order of the help, which puts each under its name; no groups of picocli's: those begin anew with a repetition. */
    private static final List<String> HEADINGS = List.of("In", "Buffer", "Out", "Watching and trying");

    // Filled by picocli, before anything else runs.

    @Mixin(name = "In")
    private final In in = new In();

    @Mixin(name = "Buffer")
    private final Buffer buffer = new Buffer();

    @Mixin(name = "Out")
    private final Out out = new Out();

    @Mixin(name = "Watching and trying")
    private final Other other = new Other();

    private static final class In {
        @Option(
                names = "--udp",
                paramLabel = "PORT",
                description = "Port for datagrams; 0 takes a free one. Default: " + DEFAULT_PORT)
        private @Nullable String udp;

        @Option(
                names = "--tcp",
                paramLabel = "PORT",
                description = "Port for connections; 0 takes a free one. Default: " + DEFAULT_PORT)
        private @Nullable String tcp;

        @Option(
                names = "--bind",
                paramLabel = "ADDRESS",
                defaultValue = "127.0.0.1",
                description = "Address to listen on, the page's too; 0.0.0.0 for all. Default: 127.0.0.1")
        private String bind = "";

        @Option(
                names = "--idle",
                paramLabel = "SECONDS",
                defaultValue = "300",
                description = "Close a connection silent for so long, or one that takes so long for a message."
                        + " Default: 300")
        private String idle = "";
    }

    private static final class Buffer {
        @Option(
                names = "--capacity",
                paramLabel = "N",
                defaultValue = "40000",
                description = "Most messages of each of TCP and UDP accepted and not yet written. Default: 40,000")
        private String capacity = "";

        @Option(
                names = "--max-memory",
                paramLabel = "MIB",
                description =
                        "Most MiB (1,048,576 bytes) they take up together; TCP messages on their way to that may take"
                                + " half as much again. Default: an eighth of the heap, at most 256")
        private @Nullable String maxMemory;

        @Option(
                names = "--udp-when-full",
                paramLabel = "POLICY",
                defaultValue = "drop-oldest",
                description =
                        "For a datagram that finds no room: drop-oldest (the oldest gives way that is not parsed yet),"
                                + " reject (the new one is lost) or block (the kernel"
                                + " drops). Each is counted. Default: drop-oldest")
        private String udpWhenFull = "";
    }

    private static final class Out {
        @Option(
                names = "--db",
                paramLabel = "JDBC_URL",
                description = {"jdbc:sqlite:FILE or", "jdbc:postgresql://HOST:PORT/DATABASE.", "Default: " + DEFAULT_DB
                })
        private @Nullable String db;

        @Option(
                names = "--batch",
                paramLabel = "N",
                description = "Most messages in one transaction; batch times writers fits into the capacity."
                        + " Default: 4,000, less if the capacity asks for it")
        private @Nullable String batch;

        @Option(
                names = "--linger",
                paramLabel = "MS",
                defaultValue = "20",
                description = "How long a message waits for others to fill its batch. Default: 20")
        private String linger = "";

        @Option(
                names = "--writers",
                paramLabel = "N",
                description = "Batches written at a time, a connection each. SQLite has one. Default: 2 for PostgreSQL")
        private @Nullable String writers;
    }

    @SuppressWarnings("UnusedVariable") // help and version: picocli sets them, and is asked for them
    private static final class Other {
        @Option(
                names = "--http",
                paramLabel = "PORT",
                description =
                        "Port for the page (/), /metrics and /health; 0 takes a free one. Default: " + DEFAULT_HTTP)
        private @Nullable String http;

        @Option(
                names = "--demo",
                paramLabel = "SECONDS",
                arity = "0..1",
                fallbackValue = DEFAULT_DEMO,
                description = "Send bursts to itself for so long (" + DEFAULT_DEMO
                        + " without a number), on free ports and into a throw-away file unless they are given")
        private @Nullable String demo;

        @Option(
                names = {"-h", "--help"},
                usageHelp = true,
                description = "Show this, and end.")
        private boolean help;

        @Option(names = "--version", versionHelp = true, description = "Show the version, and end.")
        private boolean version;
    }

    private CollectorOptions() {}

    /**
     * Reads a command line.
     *
     * @param args the arguments
     * @param out where help and version go
     * @param err where an error goes, on one line
     * @return what to run, or the status to exit with
     */
    public static CommandLineOutcome parse(String[] args, PrintWriter out, PrintWriter err) {
        CollectorOptions options = new CollectorOptions();
        CommandLine commandLine = new CommandLine(options);
        commandLine.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_OPTION_LIST, CollectorOptions::listed);
        try {
            commandLine.parseArgs(args);
            if (commandLine.isUsageHelpRequested()) {
                commandLine.usage(out);
                out.flush();
                return new CommandLineOutcome.Exit(0);
            }
            if (commandLine.isVersionHelpRequested()) {
                commandLine.printVersionHelp(out);
                out.flush();
                return new CommandLineOutcome.Exit(0);
            }
            return new CommandLineOutcome.Run(options.config());
        } catch (ParameterException e) {
            err.println(explained(e));
        } catch (InitializationException e) { // @FILE is there, and cannot be read
            String said = requireNonNullElse(e.getMessage(), "");
            err.println(unreadable(said.replaceFirst("^.*?@", "").replaceAll("\\R.*", "")));
        } catch (BadOptionException e) {
            err.println(e.getMessage());
        }
        err.flush();
        return new CommandLineOutcome.Exit(USAGE_ERROR);
    }

    /** The options, each kind under its heading. */
    private static String listed(Help help) {
        StringBuilder text = new StringBuilder();
        for (String heading : HEADINGS) {
            List<OptionSpec> options =
                    requireNonNull(help.commandSpec().mixins().get(heading)).options();
            Help.Layout layout = help.createDefaultLayout();
            layout.addOptions(options, help.parameterLabelRenderer());
            text.append(String.format("%n%s:%n%s", heading, layout));
        }
        return text.toString();
    }

    private static String explained(ParameterException e) {
        if (e instanceof OverwrittenOptionException twice && twice.getOverwritten() instanceof OptionSpec option) {
            return option.longestName() + ": given twice; allowed is once";
        }
        if (e instanceof UnmatchedArgumentException unmatched) {
            return unknown(
                    unmatched.getUnmatched().get(0),
                    e.getCommandLine().getCommandSpec().optionsMap().keySet());
        }
        if (e instanceof MissingParameterException missing
                && missing.getMissing().size() == 1
                && missing.getMissing().get(0) instanceof OptionSpec option) {
            return option.longestName() + ": its value is missing; allowed is " + option.longestName() + " "
                    + option.paramLabel();
        }
        return requireNonNullElse(e.getMessage(), "wrong options").replaceAll("\\R.*", "");
    }

    private static String unreadable(String file) {
        return "cannot read " + file + ": "
                + (Files.isDirectory(Path.of(file))
                        ? "a directory"
                        : Files.exists(Path.of(file)) ? "not permitted" : "no such file")
                + "; allowed is @FILE, a file with options";
    }

    /** What stands after an equals sign is not shown: it may be a URL with a password. */
    private static String unknown(String argument, Collection<String> options) {
        if (argument.startsWith("@")
                && argument.length() > 1) { // picocli leaves it as it is, if there is nothing to read
            return unreadable(argument.substring(1));
        }
        boolean url = argument.matches("(?is)jdbc:.*|[a-z]+://.*");
        String name = Store.shown(url ? argument : argument.replaceAll("=.*", ""));
        String question = url ? "; did you mean it for --db?" : Nearest.question(name, options, ";");
        return name + ": no such option" + (question.isEmpty() ? "; allowed" : question + " Allowed")
                + " are those that --help lists";
    }

    private CollectorConfig config() {
        List<String> notices = new ArrayList<>();
        Optional<Duration> demo =
                Optional.ofNullable(other.demo).map(value -> seconds("--demo", value, MAX_DEMO_SECONDS));
        boolean throwAwayDb = demo.isPresent() && out.db == null;
        String db = requireNonNullElse(out.db, DEFAULT_DB);
        if (db.isBlank()) {
            throw new BadOptionException("--db: its value is missing; allowed is --db JDBC_URL");
        }
        int capacity = (int) Values.number("--capacity", buffer.capacity, 1, MAX_CAPACITY, "a number of messages");
        int writers = writers(db, notices);
        int tcpPort = port("--tcp", in.tcp, demo.isPresent(), DEFAULT_PORT);
        int httpPort = port("--http", other.http, demo.isPresent(), DEFAULT_HTTP);
        if (tcpPort == httpPort && tcpPort != 0) {
            throw new BadOptionException(
                    "--tcp", String.valueOf(tcpPort), "the port of --http too; allowed is a port of its own");
        }
        return new CollectorConfig(
                Values.address("--bind", in.bind),
                port("--udp", in.udp, demo.isPresent(), DEFAULT_PORT),
                tcpPort,
                httpPort,
                db,
                throwAwayDb,
                capacity,
                maxMemory(Runtime.getRuntime().maxMemory() / MIB) * MIB,
                Values.whenFull("--udp-when-full", buffer.udpWhenFull),
                batch(capacity, writers),
                Duration.ofMillis(Values.number("--linger", out.linger, 0, MAX_LINGER_MS, "milliseconds")),
                writers,
                seconds("--idle", in.idle, MAX_IDLE_SECONDS),
                demo,
                notices);
    }

    private static Duration seconds(String option, String value, int max) {
        return Duration.ofSeconds(Values.number(option, value, 1, max, "seconds"));
    }

    private static int port(String option, @Nullable String value, boolean demo, String otherwise) {
        return Values.port(option, requireNonNullElse(value, demo ? "0" : otherwise));
    }

    /** In MiB. Parsed fields and database buffers live beside the frames: these must not fill the heap alone. */
    private long maxMemory(long heap) {
        long most = Math.max(1, heap / 2);
        if (buffer.maxMemory == null) {
            return Math.max(1, Math.min(DEFAULT_MAX_MEMORY_MIB, heap / 8));
        }
        return Values.number("--max-memory", buffer.maxMemory, 1, most, "MiB (up to half of the heap, see -Xmx)");
    }

    private int writers(String db, List<String> notices) {
        int asked = (int) Values.number("--writers", requireNonNullElse(out.writers, "2"), 1, MAX_WRITERS, "a number");
        int possible;
        try {
            possible = Store.writers(db, asked);
        } catch (IllegalArgumentException e) {
            throw new BadOptionException(requireNonNullElse(e.getMessage(), "--db " + db + ": not allowed"));
        }
        if (out.writers != null && possible < asked) {
            notices.add("--writers " + asked + ": SQLite has one writer, so there is one.");
        }
        return possible;
    }

    private int batch(int capacity, int writers) {
        int most = capacity / writers;
        if (most < 1) {
            throw new BadOptionException(
                    "--capacity",
                    Values.shown(capacity),
                    "too small for --writers " + writers + "; allowed is at least one message for each writer");
        }
        if (out.batch == null) {
            return Math.max(1, Math.min(DEFAULT_BATCH, most / 2));
        }
        int batch = (int) Values.number("--batch", out.batch, 1, MAX_BATCH, "a number of messages");
        if (batch > most) {
            throw new BadOptionException(
                    "--batch",
                    out.batch,
                    "larger than --capacity " + Values.shown(capacity)
                            + (writers == 1 ? "" : " shared by --writers " + writers)
                            + " allows; allowed is a number of messages"
                            + " from 1 to " + Values.shown(most));
        }
        return batch;
    }
}
