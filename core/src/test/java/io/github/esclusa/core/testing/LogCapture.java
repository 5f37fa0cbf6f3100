// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core.testing;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.LoggerFactory;

/** What one class logs while a test runs. */
public final class LogCapture implements AutoCloseable {

    private final Logger logger;
    private final Level before;
    private final Appender<ILoggingEvent> appender;
    private final List<String> lines = new CopyOnWriteArrayList<>();

    private LogCapture(Class<?> source, Consumer<ILoggingEvent> reaction) {
        this.logger = (Logger) LoggerFactory.getLogger(source);
        this.before = logger.getLevel();
        this.appender = new AppenderBase<>() {
            @Override
            protected void append(ILoggingEvent event) {
                lines.add(event.getLevel() + " " + event.getFormattedMessage());
                reaction.accept(event);
            }

            // AppenderBase swallows what append throws; a user's own appender need not.
            @Override
            public synchronized void doAppend(ILoggingEvent event) {
                append(event);
            }
        };
        appender.start();
        logger.setLevel(Level.DEBUG);
        logger.setAdditive(false);
        logger.addAppender(appender);
    }

    public static LogCapture of(Class<?> source) {
        return new LogCapture(source, event -> {});
    }

    /** A log whose appender throws at every line. */
    public static LogCapture broken(Class<?> source) {
        return new LogCapture(source, event -> {
            throw new AssertionError("a broken appender, on purpose");
        });
    }

    public List<String> lines() {
        return lines;
    }

    @Override
    public void close() {
        logger.detachAppender(appender);
        logger.setLevel(before);
        logger.setAdditive(true);
    }
}
