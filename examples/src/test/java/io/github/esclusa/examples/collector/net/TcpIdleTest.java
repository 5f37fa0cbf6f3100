// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.net;

import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.esclusa.examples.collector.syslog.Frame;
import java.io.IOException;
import java.net.Socket;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Idle is 30 seconds of a clock moved by hand. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class TcpIdleTest {

    /** Moves the clock, and waits until every timer that came due has been looked at and set anew, or is gone. */
    private static void advance(TcpRig rig, int seconds, int connectionsAfter) {
        rig.clock.advance(ofSeconds(seconds));
        TcpRig.eventually(() -> rig.metric(TcpMetrics.CONNECTIONS) == connectionsAfter
                && rig.timers.balance().pending() == connectionsAfter);
    }

    @Test
    void aConnectionThatSendsNothingIsClosed() throws IOException {
        try (TcpRig rig = new TcpRig().started()) {
            Socket silent = rig.connect();
            rig.awaitMetric(TcpMetrics.CONNECTIONS, 1);
            advance(rig, 29, 1);
            advance(rig, 1, 0);
            assertThat(TcpListenerTest.ended(silent)).isTrue();
            assertThat(rig.closedFor(CloseReason.IDLE)).isEqualTo(1);
            assertThat(rig.intake.frames()).isEmpty();
        }
    }

    @Test
    void aConnectionThatSendsNowAndThenStays() throws IOException {
        try (TcpRig rig = new TcpRig().started()) {
            Socket sender = rig.connect();
            rig.awaitMetric(TcpMetrics.CONNECTIONS, 1);
            for (int round = 1; round <= 5; round++) {
                advance(rig, 20, 1);
                TcpRig.send(sender, "<1>a\n");
                rig.intake.awaitFrames(round);
            }
            advance(rig, 29, 1);
            advance(rig, 1, 0);
            assertThat(rig.closedFor(CloseReason.IDLE)).isEqualTo(1);
        }
    }

    @Test
    void aBusyConnectionTakesOneTimerNotOneAMessage() throws IOException {
        try (TcpRig rig = new TcpRig().started()) {
            Socket sender = rig.connect();
            for (int i = 1; i <= 500; i++) {
                TcpRig.send(sender, "<1>a\n");
                rig.intake.awaitFrames(i);
            }
            assertThat(rig.timers.balance().scheduled()).isEqualTo(1);
        }
    }

    @Test
    void aConnectionThatSendsAByteASecondIsClosedAndItsFrameGivenOutAsBad() throws IOException {
        try (TcpRig rig = new TcpRig().started()) {
            Socket slow = rig.connect();
            TcpRig.send(slow, "<1>good\n");
            rig.intake.awaitFrames(1);
            for (int second = 0; second < 30; second++) {
                TcpRig.send(slow, "x");
                rig.awaitMetric(TcpMetrics.RECEIVED, 8 + second + 1);
                advance(rig, 1, second < 29 ? 1 : 0);
            }
            assertThat(TcpListenerTest.ended(slow)).isTrue();
            assertThat(rig.closedFor(CloseReason.SLOW)).isEqualTo(1);
            Frame last = rig.intake.awaitFrames(2).get(1);
            assertThat(last.length()).isEqualTo(30);
            assertThat(last.fault()).isEqualTo("cut off: the frame had not come whole after PT30S");
        }
    }

    @Test
    void aConnectionThatFallsSilentInsideALineGivesItOutAsBad() throws IOException {
        try (TcpRig rig = new TcpRig().started()) {
            TcpRig.send(rig.connect(), "<1>half");
            rig.awaitMetric(TcpMetrics.RECEIVED, 7);
            advance(rig, 30, 0);
            assertThat(rig.intake.awaitFrames(1).get(0).fault()).startsWith("cut off");
            assertThat(rig.intake.texts()).containsExactly("<1>half");
        }
    }

    @Test
    void theRestOfAFrameThatWasTooLongMustComeInTimeToo() throws IOException {
        try (TcpRig rig = new TcpRig().started()) {
            Socket endless = rig.connect();
            TcpRig.send(endless, "x".repeat(200));
            rig.intake.awaitFrames(1);
            for (int sent = 1; sent <= 6; sent++) {
                TcpRig.send(endless, "x");
                rig.awaitMetric(TcpMetrics.RECEIVED, 200 + sent);
                advance(rig, 5, sent < 6 ? 1 : 0);
            }
            assertThat(rig.closedFor(CloseReason.SLOW)).isEqualTo(1);
            assertThat(rig.intake.frames()).hasSize(1);
        }
    }

    @Test
    void aConnectionThatIsHeldBackIsNotIdle() throws IOException {
        try (TcpRig rig = new TcpRig().started()) {
            rig.intake.fullFor(frame -> true);
            Socket sender = rig.connect();
            TcpRig.send(sender, "<1>a\n<2>b\n");
            rig.intake.awaitWaiting(1);
            rig.awaitMetric(TcpMetrics.HELD, 1);
            rig.clock.advance(ofMinutes(5));
            TcpRig.eventually(() -> rig.timers.balance().pending() == 0);
            rig.intake.fullFor(frame -> false);
            rig.intake.decide(Verdict.ACCEPTED);
            rig.intake.awaitFrames(2);
            assertThat(rig.metric(TcpMetrics.CONNECTIONS)).isEqualTo(1);
            advance(rig, 29, 1);
            advance(rig, 1, 0);
            assertThat(rig.closedFor(CloseReason.IDLE)).isEqualTo(1);
        }
    }

    @Test
    void aConnectionThatWasHeldBackGoesOnThoughThereAreNoTimersAnyMore() throws IOException {
        try (TcpRig rig = new TcpRig().started()) {
            rig.intake.fullFor(frame -> true);
            Socket sender = rig.connect();
            TcpRig.send(sender, "<1>a\n<2>b\n");
            rig.awaitMetric(TcpMetrics.HELD, 1);
            rig.clock.advance(TcpRig.IDLE);
            TcpRig.eventually(() -> rig.timers.balance().pending() == 0);
            rig.timers.close();
            rig.intake.fullFor(frame -> false);
            rig.intake.decide(Verdict.ACCEPTED);
            rig.intake.awaitFrames(2);
            TcpRig.send(sender, "<3>c\n");
            rig.intake.awaitFrames(3);
            assertThat(rig.listener.failure()).isNull();
        }
    }

    @Test
    void theTimeAConnectionWasHeldBackDoesNotCountAsSilence() throws IOException {
        try (TcpRig rig = new TcpRig().started()) {
            rig.intake.fullFor(frame -> true);
            TcpRig.send(rig.connect(), "<1>a\n");
            rig.awaitMetric(TcpMetrics.HELD, 1);
            rig.clock.advance(ofSeconds(20));
            rig.intake.decide(Verdict.ACCEPTED);
            rig.awaitMetric(TcpMetrics.HELD, 0);
            advance(rig, 15, 1); // the timer comes due 30 seconds after the last byte, 10 after the decision
            TcpRig.eventually(() -> rig.timers.balance().scheduled() == 2);
            assertThat(rig.metric(TcpMetrics.CONNECTIONS)).isEqualTo(1);
            advance(rig, 15, 0);
            assertThat(rig.closedFor(CloseReason.IDLE)).isEqualTo(1);
        }
    }
}
