// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.testing;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** The log of one class, whose appender throws at every line, as long as it is open. */
public final class BrokenLog implements AutoCloseable {

    private final Logger logger;
    private final ch.qos.logback.classic.@Nullable Level before;
    private final List<String> lines = new CopyOnWriteArrayList<>();

    private final AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
            lines.add(event.getFormattedMessage());
            throw new AssertionError("a broken appender, on purpose");
        }

        // AppenderBase swallows what append throws; a user's own appender need not.
        @Override
        public synchronized void doAppend(ILoggingEvent event) {
            append(event);
        }
    };

    private BrokenLog(Class<?> source, Level level) {
        logger = (Logger) LoggerFactory.getLogger(source);
        before = logger.getLevel();
        appender.start();
        logger.setLevel(ch.qos.logback.classic.Level.convertAnSLF4JLevel(level));
        logger.setAdditive(false);
        logger.addAppender(appender);
    }

    /**
     * Breaks a log.
     *
     * @param source whose
     * @param level from which level on there are lines
     * @return the log, to be closed
     */
    public static BrokenLog of(Class<?> source, Level level) {
        return new BrokenLog(source, level);
    }

    /**
     * Requires that lines with these words were to be written: that the test has been where they are.
     *
     * @param words some words of a line each
     */
    public void requireLinesWith(String... words) {
        for (String each : words) {
            assertThat(lines).anyMatch(line -> line.contains(each));
        }
    }

    /**
     * Requires that so many lines were to be written.
     *
     * @param count how many
     */
    public void requireLines(int count) {
        assertThat(lines).hasSize(count);
    }

    @Override
    public void close() {
        logger.detachAppender(appender);
        logger.setLevel(before);
        logger.setAdditive(true);
    }
}
