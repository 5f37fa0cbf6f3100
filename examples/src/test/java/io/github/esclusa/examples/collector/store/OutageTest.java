// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.store;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.github.esclusa.core.time.ManualClock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class OutageTest {

    private final Logger log = (Logger) LoggerFactory.getLogger(Outage.class);
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
    private final ManualClock clock = new ManualClock();
    private final Outage outage = new Outage("database", clock);

    @BeforeEach
    void listen() {
        lines.start();
        log.addAppender(lines);
        log.setLevel(Level.INFO);
        log.setAdditive(false);
    }

    @AfterEach
    void restore() {
        log.detachAppender(lines);
        log.setLevel(null);
        log.setAdditive(true);
    }

    private List<String> told() {
        return lines.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }

    @Test
    void theLastAnswerCounts() {
        assertThat(outage.reason()).isNull();
        outage.failed("full");
        outage.failed("gone");
        assertThat(outage.reason()).isEqualTo("gone");
        outage.worked();
        assertThat(outage.reason()).isNull();
    }

    @Test
    void itsBeginningAndItsEndAreToldOnce() {
        outage.worked();
        outage.failed("full");
        clock.advance(Duration.ofSeconds(3));
        outage.failed("full");
        outage.worked();
        outage.worked();
        assertThat(told())
                .containsExactly(
                        "store 'database': full. It is tried again until it works; what has been accepted waits",
                        "store 'database' writes again, after 2 failed attempts in 3000 ms");
    }

    @Test
    void aDatabaseThatTakesOneBatchInTwoDoesNotFillTheLog() {
        for (int i = 0; i < 1_000; i++) {
            outage.failed("flaky");
            outage.worked();
        }
        assertThat(told()).hasSize(2);
        clock.advance(Duration.ofSeconds(10));
        outage.failed("flaky");
        assertThat(told()).hasSize(3);
    }

    /** As when a database is restarted: down, up, down again. */
    @Test
    void anOutageThatLastsIsToldOfThoughItBeganSoonAfterAnother() {
        outage.failed("gone");
        outage.worked();
        clock.advance(Duration.ofSeconds(1));
        outage.failed("gone again");
        assertThat(told()).hasSize(2);
        clock.advance(Duration.ofSeconds(9));
        outage.failed("gone still");
        outage.failed("gone still");
        outage.worked();
        assertThat(told().subList(2, told().size()))
                .containsExactly(
                        "store 'database': gone still. It is tried again until it works; what has been accepted waits",
                        "store 'database' writes again, after 3 failed attempts in 9000 ms");
    }
}
