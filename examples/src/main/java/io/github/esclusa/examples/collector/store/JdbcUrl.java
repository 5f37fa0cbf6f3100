// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.store;

import java.util.regex.Pattern;

/** What of a JDBC URL may be shown: everything but its passwords. */
final class JdbcUrl {

    /**
     * {@code password=…}, {@code sslpassword=…}, and whatever else a driver calls its secrets. The value goes on to the next
     * ampersand: to the drivers of the databases known here a semicolon is a character like any other.
     */
    private static final Pattern SECRET_PARAMETER =
            Pattern.compile("(?i)([?&;][^=&]*(?:password|passwd|pwd|secret|token)[^=&]*=)[^&]*");

    /** {@code //user:password@host}: no form PostgreSQL's driver takes, but one that people write. */
    private static final Pattern USER_INFO = Pattern.compile("(//[^/?@:]*:)[^/?]*@");

    private JdbcUrl() {}

    static String redacted(String url) {
        String withoutParameters = SECRET_PARAMETER.matcher(url).replaceAll("$1***");
        return USER_INFO.matcher(withoutParameters).replaceAll("$1***@");
    }
}
