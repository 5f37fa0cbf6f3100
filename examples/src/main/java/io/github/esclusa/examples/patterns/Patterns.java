// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.patterns;

import static java.util.Objects.requireNonNull;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.github.esclusa.examples.patterns.Course.Lesson;
import io.github.esclusa.examples.patterns.byhand.Printer;
import io.github.esclusa.examples.patterns.byhand.Program;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The course's process: runs a pattern by hand and with Esclusa, lists them, or runs them all. */
@Command(
        name = "patterns",
        mixinStandardHelpOptions = true,
        description = "The patterns of a threading course: by hand, with the bug that goes with it, and with Esclusa.")
public final class Patterns implements Callable<Integer> {

    /** All of the library: the second has a level of its own in {@code logback.xml}, for the collector's sake. */
    private static final List<String> DEBUGGED = List.of("io.github.esclusa", "io.github.esclusa.coordination.startup");

    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(index = "0", arity = "0..1", paramLabel = "NAME", description = "the pattern to run; none lists them")
    private @Nullable String name;

    @Option(names = "--all", description = "run all, and end with a table of what was shown")
    private boolean all;

    @Option(names = "--debug", description = "show on standard error who waits and who holds")
    private boolean debug;

    private final PrintWriter out;

    private Patterns(PrintWriter out) {
        this.out = out;
    }

    /**
     * Runs the command and ends the process.
     *
     * @param args see {@code --help}
     */
    public static void main(String[] args) {
        System.exit(run(
                new PrintWriter(System.out, true, Charset.defaultCharset()),
                new PrintWriter(System.err, true, Charset.defaultCharset()),
                args));
    }

    /** Answers the exit status: 0; 1 where a program did not go as the course says; 2 for a bad command line. */
    static int run(PrintWriter out, PrintWriter err, String... args) {
        return new CommandLine(new Patterns(out))
                .setOut(out)
                .setErr(err)
                .setExecutionExceptionHandler((thrown, command, parsed) -> {
                    err.println("patterns: did not go as the course says: " + thrown);
                    return 1;
                })
                .execute(args);
    }

    @Override
    public Integer call() throws Exception {
        if (debug) {
            DEBUGGED.forEach(name -> ((Logger) LoggerFactory.getLogger(name)).setLevel(Level.DEBUG));
        }
        String asked = name;
        if (all && asked != null) {
            throw badCommandLine("--all runs every pattern: leave out the name '" + asked + "', or leave out --all");
        }
        if (all) {
            runAll();
        } else if (asked == null) {
            list();
        } else {
            runOne(Course.lesson(asked)
                    .orElseThrow(() -> badCommandLine("there is no pattern '" + asked
                            + "': the names are "
                            + String.join(
                                    ", ",
                                    Course.LESSONS.stream().map(Lesson::name).toList()))));
        }
        return 0;
    }

    private ParameterException badCommandLine(String why) {
        return new ParameterException(requireNonNull(spec).commandLine(), why);
    }

    private void list() {
        for (Lesson lesson : Course.LESSONS) {
            out.printf("%-18s %s%n", lesson.name(), lesson.title());
        }
    }

    private void runAll() throws Exception {
        List<String> table = new ArrayList<>();
        for (Lesson lesson : Course.LESSONS) {
            table.add(row(lesson.name(), runOne(lesson)));
        }
        out.println(row("pattern", List.of("by hand", "with Esclusa")));
        table.forEach(out::println);
    }

    private List<String> runOne(Lesson lesson) throws Exception {
        out.println("== " + lesson.name() + ": " + lesson.title());
        String byHand = play("by hand", lesson.byHand());
        String esclusa = play("with Esclusa", lesson.esclusa());
        out.println();
        return List.of(byHand, esclusa);
    }

    private String play(String how, Program program) throws Exception {
        out.println("-- " + how);
        return program.run(new Printer(line -> {
            out.println(line);
            out.flush();
        }));
    }

    private static String row(String name, List<String> shown) {
        return String.format("%-18s | %-44s | %s", name, shown.get(0), shown.get(1));
    }
}
