// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.cli;

import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** Reads a command line: it yields a configuration, or has said what there was to say and yields an exit status. */
public final class CollectorCommand {

    /** The exit status for wrong options. */
    public static final int USAGE = 2;

    /**
     * What a command line comes to.
     *
     * @param config what to do; {@code null} if there is nothing to do
     * @param exitStatus the process's, where there is nothing to do
     */
    public record Result(@Nullable CollectorConfig config, int exitStatus) {}

    private CollectorCommand() {}

    /**
     * Reads a command line.
     *
     * @param args the arguments
     * @param out where help goes
     * @param err where errors go: one line that names the option, its value and what is allowed
     * @return what it comes to
     */
    public static Result parse(String[] args, PrintWriter out, PrintWriter err) {
        CollectorOptions options = new CollectorOptions();
        CommandLine commandLine = new CommandLine(options).setOut(out).setErr(err);
        try {
            ParseResult parsed = commandLine.parseArgs(args);
            if (CommandLine.executeHelpRequest(parsed) != null) {
                out.flush();
                return new Result(null, 0);
            }
            return new Result(options.config(), 0);
        } catch (ParameterException e) {
            err.println("collector: " + e.getMessage() + " (--help lists the options)");
            err.flush();
            return new Result(null, USAGE);
        }
    }
}
