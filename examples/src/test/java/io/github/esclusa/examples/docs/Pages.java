// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What the documentation's pages show, and the sources they show it from. A block follows a comment that names its source:
 * {@code <!-- snippet: Name -->} and the part of {@code Name.java} between {@code // snippet} and {@code // end}.
 */
final class Pages {

    private static final Pattern SHOWN =
            Pattern.compile("<!-- (snippet|output): ([^>]+) -->\\s*```(?:java|text)\\n(.*?)```", Pattern.DOTALL);
    private static final Pattern COMPILED = Pattern.compile("// snippet\\n(.*?)// end", Pattern.DOTALL);

    /**
     * A block on a page.
     *
     * @param kind {@code snippet} or {@code output}
     * @param source what it is taken from
     * @param lines its lines
     */
    record Block(String kind, String source, List<String> lines) {}

    private Pages() {}

    /** The course's pages, in its order. */
    static List<Path> ofTheCourse() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("../docs/patterns"))) {
            return files.filter(file -> file.getFileName().toString().matches("\\d\\d-.*\\.md"))
                    .sorted()
                    .toList();
        }
    }

    static List<Block> blocks(Path page) throws IOException {
        List<Block> blocks = new ArrayList<>();
        Matcher shown = SHOWN.matcher(Files.readString(page));
        while (shown.find()) {
            blocks.add(new Block(shown.group(1), shown.group(2).strip(), lines(shown.group(3))));
        }
        return blocks;
    }

    /** What a block is to show. */
    interface Truth {
        List<String> of(Block block) throws Exception;
    }

    /** The page with each block as it is to be. */
    static String rewritten(Path page, Truth truth) throws Exception {
        String text = Files.readString(page);
        Matcher shown = SHOWN.matcher(text);
        StringBuilder rewritten = new StringBuilder();
        int copied = 0;
        while (shown.find()) {
            Block block = new Block(shown.group(1), shown.group(2).strip(), List.of());
            rewritten.append(text, copied, shown.start(3));
            truth.of(block).forEach(line -> rewritten.append(line).append('\n'));
            copied = shown.end(3);
        }
        return rewritten.append(text, copied, text.length()).toString();
    }

    static List<String> compiled(Path source) throws IOException {
        Matcher compiled = COMPILED.matcher(Files.readString(source));
        if (!compiled.find()) {
            throw new AssertionError("no markers in " + source);
        }
        return lines(compiled.group(1));
    }

    /** Without the indentation of the method it stands in. */
    static List<String> lines(String text) {
        return text.stripIndent().strip().lines().map(String::stripTrailing).toList();
    }
}
