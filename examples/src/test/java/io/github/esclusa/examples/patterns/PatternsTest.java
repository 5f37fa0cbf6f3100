// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.patterns;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The command that runs the course. */
@Timeout(120)
class PatternsTest {

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... args) {
        return Patterns.run(new PrintWriter(out, true), new PrintWriter(err, true), args);
    }

    @Test
    void withoutANameItListsThePatternsALineEach() {
        assertThat(run()).isZero();
        List<String> lines = out.toString().lines().toList();
        assertThat(lines).hasSameSizeAs(PlayedLesson.names());
        assertThat(lines.stream().map(line -> line.split(" ", 2)[0])).isEqualTo(PlayedLesson.names());
    }

    @Test
    void aNameRunsThatPatternByHandAndWithEsclusa() {
        assertThat(run("race")).isZero();
        assertThat(out.toString()).containsSubsequence("== race", "-- by hand", "-- with Esclusa");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void anUnknownNameIsAnErrorThatNamesThePatterns() {
        assertThat(run("rase")).isEqualTo(2);
        assertThat(err.toString())
                .contains("there is no pattern 'rase'", "race")
                .doesNotContain("at io.github");
    }

    @Test
    void allAndANameIsAnErrorThatSaysSo() {
        assertThat(run("--all", "lock")).isEqualTo(2);
        assertThat(err.toString()).contains("leave out the name 'lock', or leave out --all");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void allOfThemEndInATableOfWhatWasShown() {
        assertThat(run("--all")).isZero();
        List<String> table = out.toString()
                .lines()
                .dropWhile(line -> !line.startsWith("pattern "))
                .toList();
        assertThat(table).hasSize(PlayedLesson.names().size() + 1);
        assertThat(table.get(0)).contains("by hand", "with Esclusa");
    }

    @Test
    void eachClassIsReadInOneGo() throws IOException {
        try (Stream<Path> sources = Files.walk(Path.of("src/main/java/io/github/esclusa/examples/patterns"))) {
            assertThat(sources.filter(file -> file.toString().matches(".*(Pattern|ByHand)\\.java")))
                    .allSatisfy(file -> assertThat(Files.readAllLines(file)).hasSizeLessThan(80));
        }
    }
}
