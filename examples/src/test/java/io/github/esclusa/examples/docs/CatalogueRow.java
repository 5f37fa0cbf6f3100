// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.docs;

import com.google.common.base.Splitter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What docs/metrics.md says of a meter: {@code | `meter` | type, unit | `tag`, `tag` | ... |}, where {@code name} is among
 * the tags without being told. A row may be that of several meters.
 *
 * @param meter its name
 * @param type as on the page: counter, gauge, time gauge, timer, summary
 * @param unit its base unit; {@code "null"} if it has none, as Micrometer says it
 * @param tags the keys of its tags
 */
record CatalogueRow(String meter, String type, String unit, Set<String> tags) {

    private static final Pattern METER_OR_TAG = Pattern.compile("`([a-z.]+)`");

    static List<CatalogueRow> all() throws IOException {
        return Files.readString(Path.of("..", "docs", "metrics.md"))
                .lines()
                .filter(line -> line.startsWith("| `"))
                .flatMap(CatalogueRow::ofLine)
                .toList();
    }

    private static Stream<CatalogueRow> ofLine(String line) {
        List<String> cells = Splitter.on('|').trimResults().splitToList(line);
        List<String> typeAndUnit = Splitter.on(", ").splitToList(cells.get(2));
        String type = typeAndUnit.get(0);
        boolean timed = type.equals("timer") || type.equals("time gauge");
        String unit = timed ? "seconds" : typeAndUnit.size() > 1 ? typeAndUnit.get(1) : "null";
        Set<String> tags = new HashSet<>(quoted(cells.get(3)).toList());
        tags.add("name");
        return quoted(cells.get(1)).map(meter -> new CatalogueRow(meter, type, unit, Set.copyOf(tags)));
    }

    private static Stream<String> quoted(String cell) {
        return METER_OR_TAG.matcher(cell).results().map(found -> found.group(1));
    }
}
