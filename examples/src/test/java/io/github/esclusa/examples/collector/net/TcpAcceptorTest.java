// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.net;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

@Timeout(60)
class TcpAcceptorTest {

    private final Logger log = (Logger) LoggerFactory.getLogger(TcpAcceptor.class);
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

    @BeforeEach
    void listen() {
        lines.start();
        log.addAppender(lines);
        log.setAdditive(false);
    }

    @AfterEach
    void restore() {
        log.detachAppender(lines);
        log.setAdditive(true);
    }

    private long told() {
        return List.copyOf(lines.list).stream()
                .filter(line -> line.getFormattedMessage().contains("have to wait"))
                .count();
    }

    /** Each connection that leaves lets the next one in, and fills the listener again. */
    @Test
    void aListenerThatStaysFullSaysSoOnce() throws Exception {
        try (TcpRig rig = new TcpRig(100, 2).started()) {
            List<Socket> senders = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                senders.add(rig.connect());
            }
            TcpRig.eventually(() -> told() == 1);
            for (int i = 0; i < 6; i++) {
                senders.get(i).close();
                rig.awaitMetric(TcpMetrics.ACCEPTED, i + 3);
            }
            for (int i = 6; i < 8; i++) {
                senders.get(i).close();
            }
            rig.awaitMetric(TcpMetrics.CONNECTIONS, 0);
            assertThat(told()).isEqualTo(1);

            rig.connect();
            rig.awaitMetric(TcpMetrics.ACCEPTED, 9); // nobody waits: that was the end of it
            rig.connect();
            rig.connect();
            TcpRig.eventually(() -> told() == 2);
        }
    }
}
