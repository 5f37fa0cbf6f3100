// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.patterns.byhand;

import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Where a program's lines go. Any thread may print; a line is never torn. */
public final class Printer {

    private final Consumer<String> lines;

    /**
     * A printer on something that takes lines.
     *
     * @param lines takes them; called by one thread at a time
     */
    public Printer(Consumer<String> lines) {
        this.lines = lines;
    }

    /**
     * Prints one line.
     *
     * @param format as for {@link String#format}
     * @param args what stands in it
     */
    @FormatMethod
    public synchronized void line(@FormatString String format, @Nullable Object... args) {
        lines.accept(String.format(Locale.ROOT, format, args));
    }
}
