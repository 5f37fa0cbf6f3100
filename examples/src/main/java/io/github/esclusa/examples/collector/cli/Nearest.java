// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.cli;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;

/** Finds what somebody may have meant who wrote something else. */
final class Nearest {

    /** A beginning of fewer letters could be that of anything. */
    private static final int SHORTEST_BEGINNING = 3;

    private Nearest() {}

    /**
     * A question to append after a mark and a blank; empty where nothing known is near. Case, hyphens and underscores count
     * for nothing; a third of the letters may be wrong, missing, too many or swapped with the next, and all may be missing
     * after the third; failing that, anything may stand behind one of three letters and more.
     */
    static String question(String written, Collection<String> known, String mark) {
        String letters = letters(written);
        String nearest = "";
        int least = Math.max(letters.length() > 1 ? 1 : 0, letters.length() / 3) + 1; // of one letter none is wrong
        for (String candidate : known) {
            int distance = distance(letters, letters(candidate));
            if (distance < least) {
                least = distance;
                nearest = candidate;
            }
        }
        if (nearest.isEmpty()) {
            nearest = longestBeginning(letters, known);
        }
        return nearest.isEmpty() ? "" : mark + " did you mean " + nearest + "?";
    }

    /** Of what is known, what somebody began to write who wrote more. */
    private static String longestBeginning(String letters, Collection<String> known) {
        return known.stream()
                .filter(each -> letters(each).length() >= SHORTEST_BEGINNING && letters.startsWith(letters(each)))
                .max(Comparator.comparingInt(String::length))
                .orElse("");
    }

    private static String letters(String text) {
        return text.toLowerCase(Locale.ROOT).replaceAll("[-_]", "");
    }

    /** Of two words: what one of them has to suffer to become the other, a swap of neighbours once. */
    private static int distance(String one, String other) {
        if (one.length() >= SHORTEST_BEGINNING && other.startsWith(one)) {
            return one.length() == other.length() ? 0 : 1;
        }
        int[][] rows = new int[one.length() + 1][other.length() + 1];
        for (int i = 0; i <= one.length(); i++) {
            for (int j = 0; j <= other.length(); j++) {
                rows[i][j] = i == 0 || j == 0 ? i + j : least(rows, one, i, other, j);
            }
        }
        return rows[one.length()][other.length()];
    }

    private static int least(int[][] rows, String one, int i, String other, int j) {
        boolean same = one.charAt(i - 1) == other.charAt(j - 1);
        int least = Math.min(rows[i - 1][j - 1] + (same ? 0 : 1), 1 + Math.min(rows[i - 1][j], rows[i][j - 1]));
        boolean swapped =
                i > 1 && j > 1 && one.charAt(i - 1) == other.charAt(j - 2) && one.charAt(i - 2) == other.charAt(j - 1);
        return swapped ? Math.min(least, 1 + rows[i - 2][j - 2]) : least;
    }
}
