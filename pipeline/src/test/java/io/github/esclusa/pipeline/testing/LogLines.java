// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.testing;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/** What the pipeline logs at a level or above, as long as it is open. */
public final class LogLines implements AutoCloseable {

    private final Logger logger = (Logger) LoggerFactory.getLogger("io.github.esclusa.pipeline");
    private final Logger engine = (Logger) LoggerFactory.getLogger("io.github.esclusa.pipeline.engine");
    private final @Nullable Level before = engine.getLevel();
    private final List<String> lines = new CopyOnWriteArrayList<>();

    private final Level level;

    private final AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
            if (event.getLevel().isGreaterOrEqual(level)) {
                lines.add(event.getFormattedMessage());
            }
        }
    };

    private LogLines(Level level) {
        this.level = level;
        appender.start();
        engine.setLevel(level);
        logger.setAdditive(false);
        logger.addAppender(appender);
    }

    /** Warnings and worse. */
    public static LogLines open() {
        return open(Level.WARN);
    }

    public static LogLines open(Level level) {
        return new LogLines(level);
    }

    /** The lines that contain a text. */
    public List<String> with(String text) {
        return lines.stream().filter(line -> line.contains(text)).toList();
    }

    @Override
    public void close() {
        logger.detachAppender(appender);
        logger.setAdditive(true);
        engine.setLevel(before);
    }
}
