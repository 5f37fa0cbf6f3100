// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.base.Splitter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * What the course's pages say is worth watching is in docs/metrics.md: each meter, written out or as the end of the name
 * before it ({@code .wait} after {@code esclusa.lock.queued}), and the tag that stands with it.
 */
class WatchedMetersTest {

    private static final Pattern QUOTED = Pattern.compile("`([a-z_.]+)`");

    @TestFactory
    Stream<DynamicTest> eachPageNamesMetersAndTagsThatThereAre() throws IOException {
        List<CatalogueRow> catalogue = CatalogueRow.all();
        return Pages.ofTheCourse().stream()
                .map(page -> DynamicTest.dynamicTest(page.getFileName().toString(), () -> {
                    List<String> rows = rows(page);
                    assertThat(rows).isNotEmpty().allSatisfy(row -> check(row, catalogue));
                }));
    }

    private static void check(String row, List<CatalogueRow> catalogue) {
        List<String> meters = new ArrayList<>();
        for (String quoted :
                QUOTED.matcher(row).results().map(found -> found.group(1)).toList()) {
            if (quoted.startsWith("esclusa.")) {
                meters.add(quoted);
            } else if (quoted.startsWith(".")) {
                List<String> words = Splitter.on('.').splitToList(meters.get(0));
                meters.add(words.get(0) + "." + words.get(1) + quoted);
            } else if (row.contains("(`" + quoted + "`")) {
                assertThat(tags(meters, catalogue)).as(row).contains(quoted);
            }
        }
        assertThat(meters).as(row).isNotEmpty().allSatisfy(meter -> assertThat(catalogue)
                .extracting(CatalogueRow::meter)
                .contains(meter));
    }

    private static Set<String> tags(List<String> meters, List<CatalogueRow> catalogue) {
        return catalogue.stream()
                .filter(row -> meters.contains(row.meter()))
                .flatMap(row -> row.tags().stream())
                .collect(Collectors.toSet());
    }

    private static List<String> rows(Path page) throws IOException {
        return Files.readString(page)
                .lines()
                .dropWhile(line -> !line.equals("## What to watch"))
                .filter(line -> line.startsWith("| `"))
                .toList();
    }
}
