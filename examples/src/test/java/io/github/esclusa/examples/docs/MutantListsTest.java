// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * The mutants that stress/mutants/run.sh makes still apply: the text that each replaces stands in its file once. Whoever
 * changes such a text learns of it here, not weeks later.
 */
class MutantListsTest {

    private static final Path ROOT = Path.of("..");

    /** A bar that is not escaped separates the fields. */
    private static final Pattern BAR = Pattern.compile("(?<!\\\\)\\|");

    /** One line of a list; the texts are as they stand in the source. */
    private record Mutant(String name, String file, String old, String replacement) {

        static Mutant parse(String line) {
            String[] fields = BAR.split(line, -1);
            assertThat(fields).as("fields of: %s", line).hasSizeBetween(4, 5);
            return new Mutant(fields[0], fields[1], text(fields[2]), text(fields[3]));
        }

        private static String text(String field) {
            return field.replace("\\|", "|").replace("\\n", "\n");
        }

        void requireToApplyIn(Path sources) throws IOException {
            String source = Files.readString(sources.resolve(file));
            assertThat(source.split(Pattern.quote(old), -1))
                    .as("'%s' stands once in %s", old, file)
                    .hasSize(2);
            assertThat(replacement).isNotEqualTo(old);
        }
    }

    private record MutantList(Path sources, List<Mutant> mutants) {

        static MutantList read(Path file) throws IOException {
            String module = "";
            String sources = "";
            List<Mutant> mutants = new ArrayList<>();
            for (String line : Files.readAllLines(file)) {
                if (line.startsWith("module:")) {
                    module = value(line);
                } else if (line.startsWith("sources:")) {
                    sources = value(line);
                } else if (!line.isEmpty() && !line.matches("(#|tests:|jvm:).*")) {
                    mutants.add(Mutant.parse(line));
                }
            }
            return new MutantList(ROOT.resolve(module).resolve(sources), mutants);
        }

        private static String value(String line) {
            return line.substring(line.indexOf(':') + 1).strip();
        }
    }

    @TestFactory
    Stream<DynamicContainer> everyMutantApplies() throws IOException {
        return lists().stream().map(MutantListsTest::applies);
    }

    @Test
    void everyModuleOfTheLibraryHasItsMutants() throws IOException {
        assertThat(lists())
                .extracting(list -> ROOT.relativize(list).getName(0).toString())
                .contains("core", "coordination", "pipeline");
    }

    private static DynamicContainer applies(Path file) {
        try {
            MutantList list = MutantList.read(file);
            assertThat(list.mutants()).as("mutants in %s", file).isNotEmpty();
            return DynamicContainer.dynamicContainer(
                    file.getFileName().toString(),
                    list.mutants().stream()
                            .map(mutant -> DynamicTest.dynamicTest(
                                    mutant.name(), () -> mutant.requireToApplyIn(list.sources()))));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Path> lists() throws IOException {
        List<Path> found = new ArrayList<>();
        try (Stream<Path> modules = Files.list(ROOT)) {
            for (Path module : modules.filter(Files::isDirectory).sorted().toList()) {
                Path mutants = module.resolve("src/test/mutants");
                if (Files.isDirectory(mutants)) {
                    try (Stream<Path> files = Files.list(mutants)) {
                        files.filter(file -> file.toString().endsWith(".list"))
                                .sorted()
                                .forEach(found::add);
                    }
                }
            }
        }
        return found;
    }
}
