// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.testing;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.LoggerFactory;

/** A log of ours whose appender throws at every line, as long as it is open. */
public final class BrokenLog implements AutoCloseable {

    private final Logger logger = (Logger) LoggerFactory.getLogger("io.github.esclusa.pipeline.engine");
    private final Level before = logger.getLevel();
    private final AtomicInteger lines = new AtomicInteger();

    private final AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
            lines.incrementAndGet();
            throw new AssertionError("a broken appender, on purpose");
        }

        // AppenderBase swallows what append throws; a user's own appender need not.
        @Override
        public synchronized void doAppend(ILoggingEvent event) {
            append(event);
        }
    };

    private BrokenLog() {
        appender.start();
        logger.setLevel(Level.DEBUG);
        logger.setAdditive(false);
        logger.addAppender(appender);
    }

    public static BrokenLog open() {
        return new BrokenLog();
    }

    public int lines() {
        return lines.get();
    }

    @Override
    public void close() {
        logger.detachAppender(appender);
        logger.setLevel(before);
        logger.setAdditive(true);
    }
}
