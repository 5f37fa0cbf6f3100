// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.esclusa.examples.patterns.PlayedLesson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
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

    private static final Path PAGES = Path.of("../docs/patterns");
    private static final Path SOURCES = Path.of("src/main/java/io/github/esclusa/examples/patterns");
    private static final Pattern HEADING = Pattern.compile("^## (.*)$", Pattern.MULTILINE);

    @TestFactory
    Stream<DynamicTest> eachPageShowsItsClassesAndTheirOutput() throws IOException {
        return pages().stream()
                .map(page -> DynamicTest.dynamicTest(page.getFileName().toString(), () -> check(page)));
    }

    @Test
    void eachPatternHasAPageInTheOrderOfTheCourse() throws IOException {
        List<String> names = pages().stream()
                .map(page -> page.getFileName().toString().replaceAll("^\\d+-|\\.md$", ""))
                .toList();
        assertThat(names).isEqualTo(PlayedLesson.names());
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
        if (Boolean.getBoolean("esclusa.docs.update")) {
            Files.writeString(page, Pages.rewritten(page, PatternPagesTest::truth));
            return;
        }
        for (Pages.Block block : blocks) {
            assertThat(block.lines()).as(block.kind() + " " + block.source()).isEqualTo(truth(block));
        }
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

    private static List<Path> pages() throws IOException {
        try (Stream<Path> files = Files.list(PAGES)) {
            return files.filter(file -> file.getFileName().toString().matches("\\d\\d-.*\\.md"))
                    .sorted()
                    .toList();
        }
    }
}
