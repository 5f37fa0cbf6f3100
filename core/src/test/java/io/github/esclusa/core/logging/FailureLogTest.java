// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core.logging;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.github.esclusa.core.time.Clock;
import io.github.esclusa.core.time.ManualClock;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class FailureLogTest {

    private final Logger logger = (Logger) LoggerFactory.getLogger(FailureLogTest.class);
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
    private final ManualClock clock = new ManualClock();
    private final Exception cause = new Exception("on purpose");

    @BeforeEach
    void listen() {
        lines.start();
        logger.setAdditive(false);
        logger.addAppender(lines);
    }

    @AfterEach
    void leave() {
        logger.detachAppender(lines);
        logger.setAdditive(true);
    }

    private void requireLines(String... expected) {
        assertThat(lines.list).extracting(ILoggingEvent::getFormattedMessage).containsExactly(expected);
    }

    @Test
    void firstFailureIsLoggedAtOnceThenOneInTenSecondsAndTheRestAtTheEnd() {
        FailureLog log = new FailureLog(logger, "it threw", clock);
        log.warn("the first", cause);
        log.warn("the second", cause);
        log.warn(2, cause);
        clock.advance(Duration.ofSeconds(10));
        log.warn("the fifth", cause);
        log.warn(cause);
        log.end();
        log.end();
        requireLines(
                "it threw: the first",
                "it threw: the fifth (4 times since the last such line)",
                "it threw (1 times since the last such line)");
        assertThat(lines.list.get(0).getThrowableProxy()).isNotNull();
    }

    @Test
    void clockThatThrowsLeavesTheFirstLine() {
        FailureLog log = new FailureLog(logger, "it threw", new Clock() {
            @Override
            public long nanoTime() {
                throw new AssertionError("a user's clock, on purpose");
            }

            @Override
            public void awaitUntil(Lock lock, Condition condition, long deadlineNanos) {
                throw new AssertionError("nobody waits");
            }
        });
        log.warn(cause);
        log.warn(cause);
        log.end();
        requireLines("it threw", "it threw (1 times since the last such line)");
    }
}
