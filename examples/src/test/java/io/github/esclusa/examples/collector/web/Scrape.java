// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.web;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;

/** The text of {@code /metrics}, read line by line: an oracle beside the page's own reading of it. */
public final class Scrape {

    private final Map<String, Double> series = new LinkedHashMap<>();

    public Scrape(String text) {
        for (String line : text.split("\n", -1)) {
            int space = line.lastIndexOf(' ');
            if (space > 0 && !line.startsWith("#")) {
                series.put(line.substring(0, space), Double.valueOf(line.substring(space + 1)));
            }
        }
    }

    /** The sum of the series of a name that have all these labels, each given as {@code key="value"}. */
    public double sum(String name, String... labels) {
        return values(name, labels).sum();
    }

    public double max(String name, String... labels) {
        return values(name, labels).max().orElse(Double.NaN);
    }

    public double mean(String name, String... labels) {
        return sum(name + "_sum", labels) / sum(name + "_count", labels);
    }

    /** The names of all series. */
    public Set<String> names() {
        return series.keySet().stream().map(Scrape::name).collect(Collectors.toSet());
    }

    private DoubleStream values(String name, String... labels) {
        return series.entrySet().stream()
                .filter(entry -> name(entry.getKey()).equals(name)
                        && Arrays.stream(labels).allMatch(entry.getKey()::contains))
                .mapToDouble(Map.Entry::getValue);
    }

    private static String name(String key) {
        int brace = key.indexOf('{');
        return brace < 0 ? key : key.substring(0, brace);
    }
}
