// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.web;

import java.util.Locale;
import java.util.stream.Collectors;

/** A health as one JSON object: {@code {"state":"READY","ok":true,"reasons":[]}}. */
final class HealthJson {

    private HealthJson() {}

    static String of(Health health) {
        String reasons = health.reasons().stream().map(HealthJson::quoted).collect(Collectors.joining(","));
        return "{\"state\":" + quoted(health.state()) + ",\"ok\":" + health.ok() + ",\"reasons\":[" + reasons + "]}\n";
    }

    private static String quoted(String text) {
        StringBuilder out = new StringBuilder(text.length() + 2).append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < ' ' || c == 0x7f || Character.isSurrogate(c)) {
                // A lone surrogate has no UTF-8 form; escaped, both halves of a pair and a lone one are safe.
                out.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        return out.append('"').toString();
    }
}
