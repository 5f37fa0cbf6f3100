// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.web;

import java.util.Locale;

/** The forms in which metrics are served, and the choice between them. */
enum TextFormat {
    /** What every scraper reads; served to whoever has no better wish. */
    PROMETHEUS("text/plain; version=0.0.4; charset=utf-8", "text/plain"),
    /** The standard that grew out of it. */
    OPEN_METRICS("application/openmetrics-text; version=1.0.0; charset=utf-8", "application/openmetrics-text");

    private final String contentType;
    private final String mediaType;

    TextFormat(String contentType, String mediaType) {
        this.contentType = contentType;
        this.mediaType = mediaType;
    }

    String contentType() {
        return contentType;
    }

    /**
     * Reads an {@code Accept} header. OpenMetrics is served to a client that names it and does not like plain text
     * better; a client that accepts neither is served plain text all the same, which is of more use to it than an error.
     */
    static TextFormat of(String accept) {
        double openMetrics = OPEN_METRICS.quality(accept);
        return openMetrics > 0 && openMetrics >= PROMETHEUS.quality(accept) ? OPEN_METRICS : PROMETHEUS;
    }

    /** The best quality a range that names this very type was given; 0 when none does. Wildcards name nobody. */
    private double quality(String accept) {
        double best = 0;
        for (String range : accept.toLowerCase(Locale.ROOT).split(",", -1)) {
            String[] parts = range.split(";", -1);
            if (parts[0].strip().equals(mediaType)) {
                best = Math.max(best, quality(parts));
            }
        }
        return best;
    }

    private static double quality(String[] parts) {
        for (int i = 1; i < parts.length; i++) {
            String parameter = parts[i].strip();
            if (parameter.startsWith("q=")) {
                try {
                    return Double.parseDouble(parameter.substring(2));
                } catch (NumberFormatException e) {
                    return 0; // No number, no wish.
                }
            }
        }
        return 1;
    }
}
