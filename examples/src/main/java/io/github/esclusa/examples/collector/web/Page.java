// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.web;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The page, and the content security policy under which it is served.
 *
 * @param html the page, in UTF-8
 * @param policy allows the page's own script and style, by their hashes, and requests to where it came from; nothing else
 */
@SuppressWarnings("ArrayRecordComponent") // Read once, written never, compared by nobody.
record Page(byte[] html, String policy) {

    private static final String RESOURCE = "page.html";

    private static final Pattern SCRIPT = Pattern.compile("<script>(.*?)</script>", Pattern.DOTALL);
    private static final Pattern STYLE = Pattern.compile("<style>(.*?)</style>", Pattern.DOTALL);

    static Page load() throws IOException {
        try (InputStream in = requireNonNull(Page.class.getResourceAsStream(RESOURCE), RESOURCE)) {
            byte[] html = in.readAllBytes();
            String text = new String(html, StandardCharsets.UTF_8);
            return new Page(
                    html,
                    "default-src 'none'; script-src" + hashes(SCRIPT, text) + "; style-src" + hashes(STYLE, text)
                            + "; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'"
                            + "; frame-ancestors 'none'");
        }
    }

    private static String hashes(Pattern element, String text) {
        StringBuilder hashes = new StringBuilder();
        Matcher matcher = element.matcher(text);
        while (matcher.find()) {
            byte[] hash = sha256(matcher.group(1).getBytes(StandardCharsets.UTF_8));
            hashes.append(" 'sha256-")
                    .append(Base64.getEncoder().encodeToString(hash))
                    .append('\'');
        }
        return hashes.toString();
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }
}
