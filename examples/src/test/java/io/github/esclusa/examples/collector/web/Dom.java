// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.web;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What the page showed: its elements with a {@code data-metric}, and the whole as text. */
public final class Dom {

    /**
     * A number on the page.
     *
     * @param text what is read
     * @param value the exact value beside it; {@code null} where nothing is known
     */
    public record Shown(String text, @Nullable Double value) {}

    private static final Pattern SHOWN = Pattern.compile("<[a-z]+([^<>]* data-metric=\"([^\"]+)\"[^<>]*)>([^<]*)</");
    private static final Pattern VALUE = Pattern.compile("data-value=\"([^\"]+)\"");

    private final String html;
    private final Map<String, List<Shown>> numbers = new TreeMap<>();

    Dom(String html) {
        this.html = html;
        Matcher matcher = SHOWN.matcher(html);
        while (matcher.find()) {
            Matcher value = VALUE.matcher(matcher.group(1));
            Shown shown = new Shown(matcher.group(3), value.find() ? Double.valueOf(value.group(1)) : null);
            numbers.computeIfAbsent(matcher.group(2), id -> new ArrayList<>()).add(shown);
        }
    }

    /** Every place where a number stands, by its id. */
    Map<String, List<Shown>> numbers() {
        return numbers;
    }

    /** All places of one number, at least one. */
    public List<Shown> all(String id) {
        List<Shown> places = numbers.get(id);
        if (places == null) {
            throw new AssertionError("the page has no number '" + id + "', only " + numbers.keySet());
        }
        return places;
    }

    /** A number's first place. */
    public Shown number(String id) {
        return all(id).get(0);
    }

    /** The opening tag of the element with an id. */
    public String tag(String id) {
        return found("<[^<>]* id=\"" + id + "\"[^<>]*>", 0);
    }

    /** The text directly inside the element with an id. */
    public String text(String id) {
        return found("<[^<>]* id=\"" + id + "\"[^<>]*>([^<]*)<", 1);
    }

    /** The inside of a chart. */
    String chart(String name) {
        return found("<svg[^<>]* id=\"chart-" + name + "\".*?</svg>", 0);
    }

    public String html() {
        return html;
    }

    private String found(String regex, int group) {
        Matcher matcher = Pattern.compile(regex, Pattern.DOTALL).matcher(html);
        if (!matcher.find()) {
            throw new AssertionError("the page has nothing like " + regex);
        }
        return matcher.group(group);
    }
}
