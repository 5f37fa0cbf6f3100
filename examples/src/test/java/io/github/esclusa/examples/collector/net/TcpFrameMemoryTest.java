// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.esclusa.examples.collector.syslog.Frame;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What many connections' unfinished frames may take, and how all of them get finished nevertheless. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class TcpFrameMemoryTest {

    private static final int FRAME_LIMIT = 60_000;
    private static final int MEMORY = 300_000;

    /** A read, the rest of the first frame, and a frame in line. */
    private static final int EXCESS = TcpLoop.LARGEST_READ + 2 * FRAME_LIMIT;

    private static final int SENDERS = 40;
    private static final String PART = "x".repeat(50_000);

    private static TcpRig rig() throws IOException {
        return new TcpRig(FRAME_LIMIT, 2_000, MEMORY).started();
    }

    /** Connections that have sent a part of a frame each; together six times the memory. */
    private static List<Socket> unfinished(TcpRig rig) throws IOException {
        List<Socket> senders = new ArrayList<>();
        for (int i = 0; i < SENDERS; i++) {
            Socket sender = rig.connect();
            TcpRig.send(sender, PART);
            senders.add(sender);
        }
        TcpRig.eventually(() -> rig.metric(TcpMetrics.STALLED) > SENDERS / 2);
        return senders;
    }

    private static void assertBounded(TcpRig rig) {
        assertThat(rig.metric(TcpMetrics.FRAME_MEMORY)).isLessThanOrEqualTo(MEMORY + EXCESS);
    }

    private static void assertNothingTaken(TcpRig rig) {
        TcpRig.eventually(() -> rig.metric(TcpMetrics.FRAME_MEMORY) == 0 && rig.metric(TcpMetrics.STALLED) == 0);
    }

    @Test
    void framesThatWouldNotFitTogetherAreFinishedOneAfterTheOther() throws IOException {
        try (TcpRig rig = rig()) {
            List<Socket> senders = unfinished(rig);
            assertBounded(rig);
            assertThat(rig.metric(TcpMetrics.FRAME_MEMORY)).isGreaterThan(MEMORY / 2);
            for (Socket sender : senders) {
                TcpRig.send(sender, "end\n");
            }
            assertThat(rig.intake.awaitFrames(SENDERS))
                    .hasSize(SENDERS)
                    .allMatch(frame -> frame.fault() == null && frame.length() == PART.length() + 3);
            assertNothingTaken(rig);
            unfinished(rig); // and all of the memory can be taken again
        }
    }

    @Test
    void whileMemoryIsShortAFrameThatDoesNotComeCostsItsConnection() throws IOException {
        try (TcpRig rig = rig()) {
            unfinished(rig);
            Socket honest = rig.connect();
            TcpRig.send(honest, "honest\n");
            rig.awaitMetric(TcpMetrics.CONNECTIONS, SENDERS + 1);
            rig.clock.advance(FrameMemory.PATIENCE.minusMillis(1));
            assertThat(rig.closedFor(CloseReason.SLOW)).isZero();
            TcpRig.eventually(() -> {
                rig.clock.advance(Duration.ofMillis(500));
                assertBounded(rig);
                return rig.intake.texts().contains("honest");
            });
            assertThat(rig.closedFor(CloseReason.SLOW)).isPositive();
            assertThat(rig.closedFor(CloseReason.IDLE)).isZero();
            assertThat(rig.intake.frames().stream().filter(frame -> frame.fault() != null))
                    .isNotEmpty()
                    .allMatch(frame -> "cut off: the frame had not come whole after PT5S, and memory is short"
                            .equals(frame.fault()));
            TcpRig.send(honest, "still there\n");
            TcpRig.eventually(() -> {
                rig.clock.advance(Duration.ofSeconds(1));
                return rig.intake.texts().contains("still there");
            });
        }
    }

    @Test
    void theConnectionWhoseFrameBeganFirstIsReadThoughThereIsNoRoom() throws IOException {
        try (TcpRig rig = rig()) {
            Socket first = begun(rig, "a");
            String part = PART + "x".repeat(3_000);
            Socket second = begun(rig, part);
            while (rig.metric(TcpMetrics.FRAME_MEMORY) < MEMORY) {
                begun(rig, part);
            }
            TcpRig.send(second, "end\n"); // it is not its turn
            rig.awaitMetric(TcpMetrics.STALLED, 1);
            TcpRig.send(first, "\n"); // which makes no room to speak of
            assertThat(rig.intake.awaitFrames(2)).hasSize(2);
            assertThat(rig.intake.texts()).containsExactly("a", part + "end");
        }
    }

    /** A connection that has sent a part of a frame, all of which has been read. */
    private static Socket begun(TcpRig rig, String part) throws IOException {
        double received = rig.metric(TcpMetrics.RECEIVED);
        double taken = rig.metric(TcpMetrics.FRAME_MEMORY);
        Socket sender = rig.connect();
        TcpRig.send(sender, part);
        rig.awaitMetric(TcpMetrics.RECEIVED, received + part.length());
        TcpRig.eventually(() -> rig.metric(TcpMetrics.FRAME_MEMORY) >= taken + part.length());
        return sender;
    }

    @Test
    void framesInLineWithTheIntakeTakeMemoryToo() throws IOException {
        try (TcpRig rig = rig()) {
            rig.intake.fullFor(frame -> true);
            for (int i = 0; i < SENDERS; i++) {
                TcpRig.send(rig.connect(), PART + "\n");
            }
            TcpRig.eventually(() -> rig.metric(TcpMetrics.STALLED) > SENDERS / 2);
            assertBounded(rig);
            assertThat(rig.intake.waiting()).isBetween(2, MEMORY / PART.length() + 2);
            rig.intake.fullFor(frame -> false);
            while (rig.intake.waiting() > 0) {
                rig.intake.decide(Verdict.ACCEPTED);
            }
            assertThat(rig.intake.awaitFrames(SENDERS)).hasSize(SENDERS);
            assertNothingTaken(rig);
        }
    }

    @Test
    void theLastFrameOfAConnectionThatHasLeftTakesMemoryUntilItIsDecided() throws IOException {
        try (TcpRig rig = rig()) {
            rig.intake.fullFor(frame -> true);
            for (int i = 0; i < SENDERS; i++) {
                try (Socket sender = rig.connect()) {
                    TcpRig.send(sender, PART);
                }
            }
            TcpRig.eventually(() -> rig.metric(TcpMetrics.STALLED) > SENDERS / 2);
            assertBounded(rig);
            rig.intake.fullFor(frame -> false);
            while (rig.intake.waiting() > 0) {
                rig.intake.decide(Verdict.ACCEPTED);
            }
            assertThat(rig.intake.awaitFrames(SENDERS))
                    .hasSize(SENDERS)
                    .extracting(Frame::length)
                    .containsOnly(PART.length());
            assertNothingTaken(rig);
        }
    }

    @Test
    void aStalledConnectionIsNotIdle() throws IOException {
        try (TcpRig rig = rig()) {
            rig.intake.fullFor(frame -> true); // so that nothing is slow, and only the intake can make room
            for (int i = 0; i < SENDERS; i++) {
                TcpRig.send(rig.connect(), PART + "\n");
            }
            TcpRig.eventually(() -> rig.metric(TcpMetrics.STALLED) > SENDERS / 2);
            rig.connect(); // and is silent: when it has been closed, so would all others have been that are watched
            rig.awaitMetric(TcpMetrics.CONNECTIONS, SENDERS + 1);
            rig.clock.advance(TcpRig.IDLE.multipliedBy(3));
            TcpRig.eventually(() -> rig.closedFor(CloseReason.IDLE) >= 1);
            rig.awaitMetric(TcpMetrics.CONNECTIONS, SENDERS);
            rig.intake.fullFor(frame -> false);
            while (rig.intake.waiting() > 0) {
                rig.intake.decide(Verdict.ACCEPTED);
            }
            rig.intake.awaitFrames(SENDERS);
            assertThat(rig.closedFor(CloseReason.IDLE)).isEqualTo(1);
            assertThat(rig.closedFor(CloseReason.SLOW)).isZero();
        }
    }
}
