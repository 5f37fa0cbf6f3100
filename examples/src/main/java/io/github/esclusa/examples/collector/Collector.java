// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector;

import io.github.esclusa.coordination.startup.StartupFailed;
import io.github.esclusa.core.signal.Signal;
import io.github.esclusa.examples.collector.cli.CollectorConfig;
import io.github.esclusa.examples.collector.cli.CollectorOptions;
import io.github.esclusa.examples.collector.cli.CommandLineOutcome;
import io.github.esclusa.examples.collector.syslog.Frame;
import io.github.esclusa.pipeline.report.DrainReport;
import io.github.esclusa.pipeline.report.Outcome;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * The collector's process: options, start, wait for a signal, stop, the balance as the last line of standard output.
 * Everything else it says goes to standard error.
 */
public final class Collector {

    /** How long a stopping collector works off what it has; what is left then is returned, and the balance says so. */
    static final Duration DRAIN_TIMEOUT = Duration.ofSeconds(CollectorOptions.DRAIN_SECONDS);

    /** The same where the pipeline has failed: what a worker has in hand may still come to its end, nothing else is done. */
    static final Duration FAILED_DRAIN_TIMEOUT = Duration.ofSeconds(5);

    private static final int OK = 0;
    private static final int FAILED = 1;

    private Collector() {}

    /**
     * Runs the collector and ends the process.
     *
     * @param args see {@code --help}
     */
    public static void main(String[] args) {
        Signal stop = Signal.named("stop");
        Signal stopNow = Signal.named("stop-now");
        // Before all else: until then a signal ends the JVM in its own way.
        Termination.onFirstAndSecond(stop::set, stopNow::set);
        PrintWriter out = new PrintWriter(System.out, true, Charset.defaultCharset());
        PrintWriter err = new PrintWriter(System.err, true, Charset.defaultCharset());
        CommandLineOutcome outcome = CollectorOptions.parse(args, out, err);
        System.exit(
                outcome instanceof CommandLineOutcome.Run asked
                        ? run(asked.config(), stop, stopNow, out, err)
                        : ((CommandLineOutcome.Exit) outcome).status());
    }

    private static int run(CollectorConfig config, Signal stop, Signal stopNow, PrintWriter out, PrintWriter err) {
        config.notices().forEach(notice -> err.println("collector: " + notice));
        try {
            return config.demo().isEmpty()
                    ? serve(config, stop, stopNow, out, err)
                    : Demo.run(config, stop, stopNow, out, err);
        } catch (StartupFailed e) {
            if (e.reason() == StartupFailed.Reason.STOPPED) { // as asked; nothing had been read yet
                err.println("collector: stopped while starting");
                return report(nothing(), out, err);
            }
            err.println("collector: could not start: " + Reasons.of(e));
            return FAILED;
        } catch (RuntimeException | Error e) { // threads that still run must not keep a failed process alive
            err.println("collector: failed: " + Reasons.of(e));
            return FAILED;
        } catch (InterruptedException e) {
            err.println("collector: interrupted before it had ended");
            return FAILED;
        }
    }

    private static DrainReport<Frame> nothing() {
        return new DrainReport<>(Ingest.NAME, 0, Map.of(), List.of(), List.of(), List.of(), null);
    }

    static int serve(CollectorConfig config, Signal stop, Signal stopNow, PrintWriter out, PrintWriter err)
            throws InterruptedException {
        try (CollectorService service = CollectorService.start(config, stop, stopNow)) {
            err.println(service.greeting());
            stop.await();
            err.println(
                    "collector: stopping, within " + DRAIN_TIMEOUT.toSeconds() + " s; a second signal stops at once");
            return closeAndReport(service, service.stop(), out, err);
        }
    }

    /**
     * Closes what is left to close, then prints the balance, whatever came of that.
     *
     * @return the exit status
     */
    static int closeAndReport(AutoCloseable parts, DrainReport<Frame> report, PrintWriter out, PrintWriter err) {
        boolean closed = false;
        try {
            parts.close();
            closed = true;
        } catch (Exception | Error e) {
            err.println("collector: could not close its parts: " + Reasons.of(e));
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
        }
        int status = report(report, out, err);
        return closed ? status : FAILED;
    }

    /** Prints the balance, and says aloud what is lost with the process; the exit status that goes with it. */
    private static int report(DrainReport<Frame> report, PrintWriter out, PrintWriter err) {
        long unwritten = report.count(Outcome.RETURNED);
        if (unwritten > 0) {
            err.println(
                    "collector: " + unwritten + " accepted messages could not be written in time (\"returned\" below)");
        }
        int unknown = report.unknown().size();
        if (unknown > 0) {
            err.println("collector: " + unknown
                    + " accepted messages may or may not have been written (\"unknown\" below), so the exit status is "
                    + FAILED);
        }
        out.println(BalanceLine.of(report));
        out.flush();
        return report.balanced() && report.unknown().isEmpty() ? OK : FAILED;
    }
}
