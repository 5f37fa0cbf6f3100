// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.patterns;

import io.github.esclusa.examples.patterns.Course.Lesson;
import io.github.esclusa.examples.patterns.byhand.Printer;
import io.github.esclusa.examples.patterns.byhand.Program;
import java.util.ArrayList;
import java.util.List;

/**
 * A program of the course that was run by a test.
 *
 * @param lines what it printed
 * @param shown how it summed up
 */
public record PlayedLesson(List<String> lines, String shown) {

    static PlayedLesson of(Program program) throws Exception {
        List<String> lines = new ArrayList<>();
        String shown = program.run(new Printer(lines::add));
        return new PlayedLesson(List.copyOf(lines), shown);
    }

    /** The names of the patterns, in order. */
    public static List<String> names() {
        return Course.LESSONS.stream().map(Lesson::name).toList();
    }

    /** What one program prints: {@code race by hand}, {@code race with Esclusa}. */
    public static List<String> output(String which) throws Exception {
        String name = which.substring(0, which.indexOf(' '));
        Lesson lesson = Course.lesson(name).orElseThrow();
        return of(which.endsWith("by hand") ? lesson.byHand() : lesson.esclusa())
                .lines();
    }
}
