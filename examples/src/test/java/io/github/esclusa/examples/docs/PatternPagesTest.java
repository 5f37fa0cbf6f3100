// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.esclusa.examples.patterns.PlayedLesson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;

/**
 * The pages of the course show the classes that the build compiles and the output that they have. With
 * {@code -Desclusa.docs.update=true} the pages are written anew.
 */
@Timeout(120)
class PatternPagesTest {

    private static final Path SOURCES = Path.of("src/main/java/io/github/esclusa/examples/patterns");
    private static final Pattern HEADING = Pattern.compile("^## (.*)$", Pattern.MULTILINE);

    @TestFactory
    Stream<DynamicTest> eachPageShowsItsClassesAndTheirOutput() throws IOException {
        return Pages.ofTheCourse().stream()
                .map(page -> DynamicTest.dynamicTest(page.getFileName().toString(), () -> check(page)));
    }

    @Test
    void eachPatternHasAPageInTheOrderOfTheCourse() throws IOException {
        List<String> names = Pages.ofTheCourse().stream()
                .map(page -> page.getFileName().toString().replaceAll("^\\d+-|\\.md$", ""))
                .toList();
        assertThat(names).isEqualTo(PlayedLesson.names());
    }

    @Test
    void theShortestFormTakesFiveLines() throws IOException {
        List<String> program = Pages.compiled(SOURCES.resolve("QueuePattern.java"));
        assertThat(program.subList(0, 5)).first().asString().contains("Pipeline.");
        assertThat(program.get(4)).contains(".shutdown(");
    }

    private static void check(Path page) throws Exception {
        assertThat(headings(page))
                .containsExactly("The problem", "By hand", "With Esclusa", "The guarantee", "What to watch");
        List<Pages.Block> blocks = Pages.blocks(page);
        String name = page.getFileName().toString().replaceAll("^\\d+-|\\.md$", "");
        assertThat(blocks.stream()
                        .filter(block -> block.kind().equals("output"))
                        .map(Pages.Block::source))
                .containsExactly(name + " by hand", name + " with Esclusa");
        assertThat(blocks.stream()
                        .filter(block -> block.kind().equals("snippet"))
                        .map(Pages.Block::source))
                .containsExactly("byhand/" + className(name) + "ByHand", className(name) + "Pattern");
        if (Boolean.getBoolean("esclusa.docs.update")) {
            Files.writeString(page, Pages.rewritten(page, PatternPagesTest::truth));
            return;
        }
        for (Pages.Block block : blocks) {
            assertThat(block.lines()).as(block.kind() + " " + block.source()).isEqualTo(truth(block));
        }
    }

    /** {@code hand-off} is {@code HandOff}. */
    private static String className(String name) {
        return Arrays.stream(name.split("-", -1))
                .map(word -> word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1))
                .collect(Collectors.joining());
    }

    private static List<String> truth(Pages.Block block) throws Exception {
        return block.kind().equals("snippet")
                ? Pages.compiled(SOURCES.resolve(block.source() + ".java"))
                : PlayedLesson.output(block.source());
    }

    private static List<String> headings(Path page) throws IOException {
        return HEADING.matcher(Files.readString(page))
                .results()
                .map((MatchResult found) -> found.group(1))
                .toList();
    }
}
