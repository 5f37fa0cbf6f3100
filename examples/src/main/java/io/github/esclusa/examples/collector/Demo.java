// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector;

import io.github.esclusa.core.signal.Registration;
import io.github.esclusa.core.signal.Signal;
import io.github.esclusa.core.thread.NamedThreads;
import io.github.esclusa.core.time.Clock;
import io.github.esclusa.core.time.Deadline;
import io.github.esclusa.examples.collector.cli.CollectorConfig;
import io.github.esclusa.examples.collector.store.StoreCounts;
import io.github.esclusa.examples.collector.syslog.Frame;
import io.github.esclusa.pipeline.report.DrainReport;
import io.github.esclusa.pipeline.report.Outcome;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** The collector with a sender of its own and a throw-away database: shows what it does, and ends with the balance. */
final class Demo {

    /** Between two lines of progress. */
    private static final Duration PERIOD = Duration.ofMillis(700);

    private Demo() {}

    static int run(CollectorConfig config, Signal stop, Signal stopNow, PrintWriter out, PrintWriter err)
            throws InterruptedException {
        if (!config.throwAwayDb()) {
            return runOn(config, stop, stopNow, out, err);
        }
        Path directory;
        try {
            directory = Files.createTempDirectory("esclusa-demo");
        } catch (IOException e) {
            err.println("collector: no place for the demo's database: " + e.getMessage());
            return 1;
        }
        try {
            return runOn(config.withDb("jdbc:sqlite:" + directory.resolve("demo.db")), stop, stopNow, out, err);
        } finally {
            delete(directory, err);
        }
    }

    private static int runOn(CollectorConfig config, Signal stop, Signal stopNow, PrintWriter out, PrintWriter err)
            throws InterruptedException {
        try (CollectorService service = CollectorService.start(config, stop, stopNow)) {
            out.println(service.greeting());
            out.println("demo: bursts of " + DemoSender.BURST + " messages, one in a thousand broken on purpose, for "
                    + config.demo().orElseThrow().toSeconds() + " s");
            out.printf("%8s %12s %10s %12s %10s %8s%n", "time", "accepted/s", "in flight", "stored", "dead", "dropped");
            Sent sent = send(service, config.demo().orElseThrow(), stop, stopNow, out, err);
            out.println("demo: stopping, working off what is in flight");
            DrainReport<Frame> report = service.stop();
            out.println("demo: " + told(sent, report.accepted(), service.acceptedOverUdp()));
            out.println("demo: " + held(service::counts, stopNow));
            return Collector.closeAndReport(service, report, out, err);
        }
    }

    /** What went into the sockets. */
    record Sent(long tcp, long udp) {}

    /** What was sent against what was accepted, and why that is less where it is. */
    static String told(Sent sent, long accepted, long acceptedOverUdp) {
        long acceptedOverTcp = accepted - acceptedOverUdp;
        return "over TCP sent " + sent.tcp() + ", accepted " + acceptedOverTcp
                + (acceptedOverTcp < sent.tcp() ? " (the rest had not been read when the collector stopped)" : "")
                + "; over UDP sent " + sent.udp() + ", accepted " + acceptedOverUdp
                + (acceptedOverUdp < sent.udp()
                        ? " (the rest was refused, or not read in time: UDP holds nobody back)"
                        : "");
    }

    private static Sent send(
            CollectorService service, Duration duration, Signal stop, Signal stopNow, PrintWriter out, PrintWriter err)
            throws InterruptedException {
        Deadline deadline = Deadline.after(duration, Clock.system());
        DemoSender sender;
        try {
            sender = DemoSender.start(service.udpAddress(), service.tcpAddress());
        } catch (IOException e) {
            err.println("demo: the sender failed: " + e.getMessage());
            return new Sent(0, 0);
        }
        try (sender) {
            long start = System.nanoTime();
            long before = 0;
            long beforeNanos = start;
            while (!deadline.hasExpired() && !stop.isSet() && !sender.hasFailed()) {
                stop.await(shorter(PERIOD, deadline.remaining()));
                long settled = settled(service);
                long inFlight = inFlight(service); // what was settled in between is in neither, and in the next line
                long accepted = Math.max(before, settled + inFlight);
                long now = System.nanoTime();
                double rate = (accepted - before) * 1e9 / (now - beforeNanos);
                out.printf(
                        Locale.ROOT,
                        "%6.1f s %12.0f %10d %12d %10d %8d%n",
                        (now - start) / 1e9,
                        rate,
                        inFlight,
                        service.pipeline().settled(Outcome.DELIVERED),
                        service.pipeline().settled(Outcome.DEAD_LETTERED),
                        service.pipeline().settled(Outcome.DROPPED));
                before = accepted;
                beforeNanos = now;
            }
            out.println("demo: no more is sent; reading what has been, within " + Collector.DRAIN_TIMEOUT.toSeconds()
                    + " s; a second signal stops at once");
            try (Registration cut = stopNow.onSet(sender::abort)) {
                sender.finish(Collector.DRAIN_TIMEOUT);
            }
        } catch (IOException e) {
            err.println("demo: the sender failed: " + e.getMessage());
        }
        return new Sent(sender.sentOverTcp(), sender.sentOverUdp());
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    /**
     * What the database holds, as far as it tells. It is asked on another thread, so that a second signal has not to wait
     * for a database that does not answer.
     */
    static String held(Callable<StoreCounts> counts, Signal stopNow) throws InterruptedException {
        CompletableFuture<String> held = new CompletableFuture<>();
        try (Registration cut = stopNow.onSet(
                () -> held.complete("what the database holds was not counted, because of the second signal"))) {
            NamedThreads.daemon("demo-count")
                    .newThread(() -> held.complete(counted(counts)))
                    .start();
            return held.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e); // it is completed with text only
        }
    }

    private static String counted(Callable<StoreCounts> counts) {
        try {
            StoreCounts stored = counts.call();
            return "the database holds " + stored.messages() + " messages and " + stored.deadLetters()
                    + " dead letters";
        } catch (Throwable e) { // an Error too: somebody waits for this text
            return "what the database holds could not be counted: " + e.getMessage();
        }
    }

    private static long settled(CollectorService service) {
        long settled = 0;
        for (Outcome outcome : Outcome.values()) {
            settled += service.pipeline().settled(outcome);
        }
        return settled;
    }

    private static long inFlight(CollectorService service) {
        return (long) service.pipeline().inlet(Ingest.TCP).inFlight()
                + service.pipeline().inlet(Ingest.UDP).inFlight();
    }

    private static void delete(Path directory, PrintWriter err) {
        try (var files = Files.list(directory)) {
            List<Path> inside = files.toList();
            for (Path file : inside) {
                Files.delete(file);
            }
            Files.delete(directory);
        } catch (IOException e) {
            err.println("demo: could not remove " + directory + ": " + e.getMessage());
        }
    }
}
