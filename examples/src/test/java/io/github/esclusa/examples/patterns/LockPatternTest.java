// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.patterns;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.github.esclusa.core.lock.InstrumentedLock;
import io.github.esclusa.examples.patterns.byhand.LockByHand;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

/** By hand one place forgets the lock and nothing stops it; with Esclusa it cannot, and who waits for whom is seen. */
@Timeout(120)
class LockPatternTest {

    @RepeatedTest(20)
    void byHandAnAdditionUnderTheLockIsLostToOneThatForgotIt() throws Exception {
        PlayedLesson played = PlayedLesson.of(LockByHand::run);
        assertThat(played.shown()).isEqualTo("2 added, 1 lock forgotten, 1 counted");
    }

    @RepeatedTest(5)
    void withEsclusaBothCountAndItIsSeenWhoHoldsAndThatOneWaits() throws Exception {
        PlayedLesson played = PlayedLesson.of(LockPattern::run);
        assertThat(played.lines())
                .containsExactly(
                        "Guarded(count, InstrumentedLock(count, held by 'adders-1', 1 queued))",
                        "the threads wrote [1, 2]",
                        "acquisitions 2, of these contended 1, waits timed 1");
    }

    @Test
    void debugLinesSayWhoWaitsForWhom() throws Exception {
        Logger logger = (Logger) LoggerFactory.getLogger(InstrumentedLock.class);
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        lines.start();
        logger.setLevel(Level.DEBUG);
        logger.addAppender(lines);
        try {
            PlayedLesson.of(LockPattern::run);
        } finally {
            logger.detachAppender(lines);
            logger.setLevel(null);
        }
        assertThat(lines.list).anySatisfy(line -> {
            assertThat(line.getFormattedMessage()).isEqualTo("waits for lock 'count', which 'adders-1' holds");
            assertThat(line.getThreadName()).isEqualTo("adders-2");
        });
        assertThat(lines.list)
                .anyMatch(line -> line.getFormattedMessage().startsWith("had lock 'count' after a wait of"));
    }
}
