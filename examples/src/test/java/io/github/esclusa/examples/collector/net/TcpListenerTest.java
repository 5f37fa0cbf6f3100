// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.net;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.esclusa.examples.collector.syslog.Frame;
import io.github.esclusa.examples.collector.syslog.SyslogParser;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class TcpListenerTest {

    @Test
    void framesOfBothFramingsArriveInOrderWithTheirSourceAndTime() throws IOException {
        try (TcpRig rig = new TcpRig().started()) {
            Socket sender = rig.connect();
            TcpRig.send(sender, "<1>a\n4 <2>b<3>c\r\n");
            List<Frame> frames = rig.intake.awaitFrames(3);
            assertThat(rig.intake.texts()).containsExactly("<1>a", "<2>b", "<3>c");
            assertThat(frames).allSatisfy(frame -> {
                assertThat(frame.source()).isEqualTo("tcp/127.0.0.1:" + sender.getLocalPort());
                assertThat(frame.receivedAt()).isEqualTo(TcpRig.NOW);
                assertThat(frame.fault()).isNull();
            });
            assertThat(frames.stream().map(Frame::id)).isSorted().doesNotHaveDuplicates();
            rig.awaitMetric(TcpMetrics.FRAMES, 3);
            assertThat(rig.metric(TcpMetrics.RECEIVED)).isEqualTo(17);
        }
    }

    @Test
    void aFrameThatComesByteByByteIsPutTogether() throws IOException {
        try (TcpRig rig = new TcpRig().started()) {
            Socket sender = rig.connect();
            String stream = "<1>hello\n8 <2>hello";
            for (int i = 0; i < stream.length(); i++) {
                TcpRig.send(sender, stream.substring(i, i + 1));
                rig.awaitMetric(TcpMetrics.RECEIVED, i + 1);
            }
            rig.intake.awaitFrames(2);
            assertThat(rig.intake.texts()).containsExactly("<1>hello", "<2>hello");
        }
    }

    @Test
    void aLineWithoutANewlineArrivesWhenItsSenderEnds() throws IOException {
        try (TcpRig rig = new TcpRig().started()) {
            Socket sender = rig.connect();
            TcpRig.send(sender, "<1>last");
            sender.close();
            assertThat(rig.intake.awaitFrames(1).get(0).fault()).isNull();
            assertThat(rig.intake.texts()).containsExactly("<1>last");
            rig.awaitMetric(TcpMetrics.CONNECTIONS, 0);
            assertThat(rig.closedFor(CloseReason.PEER)).isEqualTo(1);
        }
    }

    @Test
    void nothingIsReadBeforeStart() throws IOException {
        try (TcpRig rig = new TcpRig()) {
            TcpRig.send(rig.connect(), "<1>early\n");
            assertThat(rig.metric(TcpMetrics.RECEIVED)).isZero();
            rig.started();
            rig.intake.awaitFrames(1);
            assertThat(rig.intake.texts()).containsExactly("<1>early");
        }
    }

    @Test
    void aFrameLongerThanTheLimitIsCutOffAndTheConnectionSurvives() throws IOException {
        try (TcpRig rig = new TcpRig().started()) {
            Socket sender = rig.connect();
            TcpRig.send(sender, "<1>" + "x".repeat(100_000) + "\n<2>b\n200 <3>" + "y".repeat(197) + "4 <4>d");
            List<Frame> frames = rig.intake.awaitFrames(4);
            assertThat(frames.get(0).length()).isEqualTo(100);
            assertThat(frames.get(0).fault()).isEqualTo("longer than the limit of 100 bytes");
            assertThat(frames.get(2).fault()).isEqualTo("longer than the limit of 100 bytes: its octet count is 200");
            assertThat(rig.intake.texts().get(1)).isEqualTo("<2>b");
            assertThat(rig.intake.texts().get(3)).isEqualTo("<4>d");
            assertThat(rig.metric(TcpMetrics.BAD_FRAMES)).isEqualTo(2);
            assertThat(rig.metric(TcpMetrics.CONNECTIONS)).isEqualTo(1);
            rig.awaitMetric(TcpMetrics.SKIPPED, 99_903 + 100);
        }
    }

    /** All the good frames behind it are taken for one line: what was read of them is kept, in pieces, each when there is room. */
    @Test
    void anOctetCountTooShortIsBadFramesAndTheEndOfTheConnectionOnceTheyAreOffered() throws IOException {
        try (TcpRig rig = new TcpRig().started()) {
            rig.intake.fullFor(frame -> frame.fault() != null);
            Socket sender = rig.connect();
            String behind = "ing" + "4 <3>b".repeat(100);
            TcpRig.send(sender, "4 <1>a5 <2>ly" + behind);
            for (int room = 6; room > 0; room--) {
                rig.intake.awaitWaiting(1);
                rig.awaitMetric(TcpMetrics.HELD, 1);
                assertThat(rig.intake.waiting()).isEqualTo(1);
                assertThat(rig.metric(TcpMetrics.CONNECTIONS)).isEqualTo(1);
                rig.intake.decide(Verdict.ACCEPTED);
            }
            assertThat(ended(sender))
                    .as("the last of them is in line, which needs no connection")
                    .isTrue();
            assertThat(rig.intake.waiting()).isEqualTo(1);
            assertThat(rig.closedFor(CloseReason.OUT_OF_SYNC)).isEqualTo(1);
            rig.intake.decide(Verdict.ACCEPTED);
            rig.awaitMetric(TcpMetrics.FRAMES, 9);
            rig.awaitMetric(TcpMetrics.FRAME_MEMORY, 0);
            assertThat(rig.metric(TcpMetrics.HELD)).isZero();
            assertThat(rig.metric(TcpMetrics.SKIPPED)).isZero();
            assertThat(rig.metric(TcpMetrics.BAD_FRAMES)).isEqualTo(7);
            assertThat(rig.intake.texts().subList(0, 2)).containsExactly("<1>a", "<2>ly");
            List<Frame> kept = rig.intake.frames().subList(2, 9);
            assertThat(String.join("", rig.intake.texts().subList(2, 9))).isEqualTo(behind);
            assertThat(kept).allSatisfy(frame -> assertThat(frame.length()).isLessThanOrEqualTo(100));
            assertThat(kept.get(0).fault())
                    .isEqualTo("longer than the limit of 100 bytes: out of sync with the octet counts before it");
            assertThat(kept.subList(1, 7))
                    .extracting(Frame::fault)
                    .containsOnly("out of sync with the octet counts before it");
        }
    }

    /** The last piece ends where the last read does: nothing is left to offer when it is taken. */
    @Test
    void aConnectionOutOfSyncEndsThoughNothingIsLeftOfItWhenItIsLetOn() throws IOException {
        try (TcpRig rig = new TcpRig().started()) {
            rig.intake.fullFor(frame -> frame.fault() != null);
            Socket sender = rig.connect();
            TcpRig.send(sender, "4 <1>a" + "x".repeat(200));
            for (int piece = 1; piece <= 2; piece++) {
                rig.intake.awaitWaiting(1);
                rig.intake.decide(Verdict.ACCEPTED);
            }
            assertThat(ended(sender)).isTrue();
            assertThat(rig.closedFor(CloseReason.OUT_OF_SYNC)).isEqualTo(1);
            rig.awaitMetric(TcpMetrics.FRAMES, 3);
            rig.awaitMetric(TcpMetrics.FRAME_MEMORY, 0);
        }
    }

    @Test
    void whatIsOutOfSyncAndNotOfferedWhenTheListenerStopsIsCounted() throws IOException {
        try (TcpRig rig = new TcpRig().started()) {
            rig.intake.fullFor(frame -> frame.fault() != null);
            TcpRig.send(rig.connect(), "4 <1>a" + "x".repeat(350));
            rig.intake.awaitWaiting(1);
            rig.awaitMetric(TcpMetrics.HELD, 1);
            rig.listener.stopReading();
            assertThat(rig.metric(TcpMetrics.REFUSED))
                    .as("two whole pieces, and the rest")
                    .isEqualTo(3);
            assertThat(rig.metric(TcpMetrics.SKIPPED)).isZero();
        }
    }

    @Test
    void anOctetCountThatLiesOrIsNoNumberIsBadAndTheConnectionSurvives() throws IOException {
        try (TcpRig rig = new TcpRig().started()) {
            Socket sender = rig.connect();
            TcpRig.send(sender, "9 nonsense\n12x <1>a\n99999999999 <1>b\n4 <2>c");
            List<Frame> frames = rig.intake.awaitFrames(4);
            assertThat(rig.intake.texts()).containsExactly("9 nonsense", "12x <1>a", "99999999999 <1>b", "<2>c");
            assertThat(frames.stream().map(Frame::fault))
                    .containsExactly(
                            "what follows the octet count 9 does not begin with '<'",
                            "the octet count 12 is not followed by a space",
                            "the octet count has more than 7 digits",
                            null);
        }
    }

    @Test
    void invalidUtf8AndNulBytesArriveAsTheyAreAndAreParsed() throws Exception {
        try (TcpRig rig = new TcpRig().started()) {
            TcpRig.send(rig.connect(), "<1>1 - h a - - - a\0b\u00c3(\n");
            Frame frame = rig.intake.awaitFrames(1).get(0);
            assertThat(frame.bytes()).isEqualTo("<1>1 - h a - - - a\0b\u00c3(".getBytes(ISO_8859_1));
            assertThat(new SyslogParser(ZoneOffset.UTC).parse(frame).message()).isEqualTo("a\uFFFDb\uFFFD(");
        }
    }

    @Test
    void aThousandConnectionsAreServedByOneThread() throws IOException {
        try (TcpRig rig = new TcpRig().started()) {
            List<Socket> senders = new ArrayList<>();
            for (int i = 0; i < 1_000; i++) {
                senders.add(rig.connect());
            }
            rig.awaitMetric(TcpMetrics.CONNECTIONS, 1_000);
            for (int round = 0; round < 3; round++) {
                for (int i = 0; i < senders.size(); i++) {
                    TcpRig.send(senders.get(i), "<1>" + i + "/" + round + "\n");
                }
            }
            rig.intake.awaitFrames(3_000);
            assertThat(rig.intake.texts()).doesNotHaveDuplicates().hasSize(3_000);
            assertThat(Thread.getAllStackTraces().keySet().stream()
                            .filter(thread -> thread.getName().startsWith("tcp-tcp")))
                    .hasSize(1);
            rig.listener.close();
            for (Socket sender : senders) {
                assertThat(ended(sender)).isTrue();
            }
        }
    }

    @Test
    void moreConnectionsThanAllowedWaitUntilOneLeaves() throws IOException {
        try (TcpRig rig = new TcpRig(100, 2).started()) {
            Socket first = rig.connect();
            Socket second = rig.connect();
            rig.awaitMetric(TcpMetrics.CONNECTIONS, 2);
            Socket third = rig.connect();
            TcpRig.send(third, "<3>third\n");
            TcpRig.send(second, "<2>second\n");
            rig.intake.awaitFrames(1);
            assertThat(rig.metric(TcpMetrics.ACCEPTED)).isEqualTo(2);
            first.close();
            rig.intake.awaitFrames(2);
            assertThat(rig.intake.texts()).containsExactly("<2>second", "<3>third");
        }
    }

    @Test
    void aConnectionThatIsResetCostsTheOthersNothing() throws IOException {
        try (TcpRig rig = new TcpRig().started()) {
            Socket good = rig.connect();
            Socket broken = rig.connect();
            TcpRig.send(broken, "<1>half");
            rig.awaitMetric(TcpMetrics.RECEIVED, 7);
            broken.setSoLinger(true, 0);
            broken.close();
            rig.awaitMetric(TcpMetrics.CONNECTIONS, 1);
            assertThat(rig.closedFor(CloseReason.FAILED)).isEqualTo(1);
            TcpRig.send(good, "<2>good\n");
            rig.intake.awaitFrames(2);
            assertThat(rig.intake.texts()).containsExactly("<1>half", "<2>good");
            assertThat(rig.intake.frames().get(0).fault()).isEqualTo("cut off: the connection failed");
        }
    }

    @Test
    void anIntakeThatThrowsCostsTheFrameOnly() throws IOException {
        try (TcpRig rig = new TcpRig()) {
            AtomicInteger calls = new AtomicInteger();
            rig.listener.start((frame, whenDecided) -> {
                switch (calls.getAndIncrement()) {
                    case 0 -> throw new IllegalStateException("broken intake");
                    case 1 -> throw new AssertionError("very broken intake");
                    default -> {
                        return rig.intake.offer(frame, whenDecided);
                    }
                }
            });
            TcpRig.send(rig.connect(), "<1>a\n<2>b\n<3>c\n");
            rig.intake.awaitFrames(1);
            assertThat(rig.intake.texts()).containsExactly("<3>c");
            assertThat(rig.metric(TcpMetrics.REFUSED)).isEqualTo(2);
            assertThat(rig.listener.failure()).isNull();
        }
    }

    @Test
    void aRefusedFrameIsCountedAndTheNextOneOffered() throws IOException {
        try (TcpRig rig = new TcpRig()) {
            rig.listener.start((frame, whenDecided) ->
                    frame.length() > 4 ? Verdict.REFUSED : rig.intake.offer(frame, whenDecided));
            TcpRig.send(rig.connect(), "<1>heavy\n<2>b\n");
            rig.intake.awaitFrames(1);
            assertThat(rig.intake.texts()).containsExactly("<2>b");
            assertThat(rig.metric(TcpMetrics.REFUSED)).isEqualTo(1);
        }
    }

    @Test
    void anIntakeThatIsClosedClosesTheConnection() throws IOException {
        try (TcpRig rig = new TcpRig()) {
            rig.listener.start((frame, whenDecided) -> Verdict.CLOSED);
            Socket sender = rig.connect();
            TcpRig.send(sender, "<1>a\n<2>b\n<3>c\n<4>half");
            assertThat(ended(sender)).isTrue();
            rig.awaitMetric(TcpMetrics.CONNECTIONS, 0);
            assertThat(rig.closedFor(CloseReason.INTAKE_CLOSED)).isEqualTo(1);
            assertThat(rig.metric(TcpMetrics.REFUSED)).isEqualTo(4);
        }
    }

    @Test
    void aPortInUseIsABindExceptionThatNamesIt() throws IOException {
        try (TcpRig rig = new TcpRig()) {
            InetSocketAddress taken = rig.listener.localAddress();
            assertThatThrownBy(() -> TcpListener.builder("second")
                            .address(taken)
                            .timers(rig.timers)
                            .bind())
                    .isInstanceOf(BindException.class)
                    .hasMessageContaining("TCP listener 'second' to 127.0.0.1:" + taken.getPort());
            assertThatThrownBy(() -> TcpListener.builder("third")
                            .address(InetSocketAddress.createUnresolved("no.such.host.invalid", 1))
                            .timers(rig.timers)
                            .bind())
                    .isInstanceOf(BindException.class)
                    .hasMessageContaining("no.such.host.invalid:1: the host name cannot be resolved");
        }
    }

    @Test
    void stoppingEndsReadingAtOnceAndFreesThePort() throws IOException {
        try (TcpRig rig = new TcpRig().started()) {
            Socket sender = rig.connect();
            TcpRig.send(sender, "<1>a\n<2>half");
            rig.intake.awaitFrames(1);
            rig.awaitMetric(TcpMetrics.RECEIVED, 12);
            rig.listener.stopReading();
            assertThat(ended(sender)).isTrue();
            assertThat(rig.intake.texts()).containsExactly("<1>a");
            assertThat(rig.metric(TcpMetrics.REFUSED)).isEqualTo(1);
            assertThat(rig.closedFor(CloseReason.STOPPED)).isEqualTo(1);
            assertThat(rig.timers.balance().pending()).isZero();
            assertThatThrownBy(rig::connect).isInstanceOf(IOException.class);
            TcpListener.builder("successor")
                    .address(rig.listener.localAddress())
                    .timers(rig.timers)
                    .bind()
                    .close();
        }
    }

    /** The selector cannot be closed while the intake is called from it: whoever stops must not try. */
    @Test
    void anIntakeThatBlocksDoesNotKeepAStopForEver() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch let = new CountDownLatch(1);
        try (TcpRig rig = new TcpRig()) {
            rig.listener.start((frame, whenDecided) -> {
                entered.countDown();
                awaitOpen(let);
                return Verdict.ACCEPTED;
            });
            Socket sender = rig.connect();
            TcpRig.send(sender, "<1>a\n");
            entered.await();
            Thread stopping = new Thread(() -> {
                Thread.currentThread().interrupt(); // which does not shorten the five seconds it has
                rig.listener.stopReading();
            });
            stopping.setDaemon(true);
            stopping.start();
            stopping.join(20_000);
            assertThat(stopping.isAlive()).isFalse();
            let.countDown();
            assertThat(ended(sender)).isTrue();
            TcpRig.eventually(() -> rig.closedFor(CloseReason.STOPPED) == 1);
        } finally {
            let.countDown();
        }
    }

    private static void awaitOpen(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted", e);
        }
    }

    /** When it returns the port is free, also for one that was interrupted before. */
    @Test
    void anInterruptDoesNotKeepAStopFromClosingTheSockets() throws IOException {
        for (int round = 0; round < 20; round++) {
            try (TcpRig rig = new TcpRig().started()) {
                rig.connect();
                Thread.currentThread().interrupt();
                rig.listener.stopReading();
                assertThat(Thread.interrupted()).isTrue();
                assertThatThrownBy(rig::connect).isInstanceOf(IOException.class);
            }
        }
    }

    @Test
    void aListenerStartsOnceAndNeverAfterItWasStopped() throws IOException {
        try (TcpRig rig = new TcpRig().started()) {
            assertThatThrownBy(rig::started)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("'tcp' cannot be started: it has been started before");
            rig.listener.stopReading();
            rig.listener.stopReading();
            assertThatThrownBy(rig::started).hasMessageContaining("it has been stopped");
        }
    }

    @Test
    void aListenerThatWasNeverStartedFreesItsPortOnClose() throws IOException {
        try (TcpRig rig = new TcpRig()) {
            rig.listener.close();
            assertThatThrownBy(rig::connect).isInstanceOf(IOException.class);
        }
    }

    @Test
    void itsMetersGoWithIt() throws IOException {
        try (TcpRig rig = new TcpRig().started()) {
            assertThat(rig.registry.getMeters()).isNotEmpty();
            rig.listener.stopReading();
            assertThat(rig.registry.find(TcpMetrics.FRAMES).meters()).isNotEmpty();
            rig.listener.close();
            assertThat(rig.registry.getMeters()).isEmpty();
        }
    }

    @Test
    void settingsOutOfRangeAreRefused() throws IOException {
        try (TcpRig rig = new TcpRig()) {
            TcpListener.Builder builder = TcpListener.builder("x").timers(rig.timers);
            assertThatThrownBy(() -> builder.idle(Duration.ZERO).bind())
                    .hasMessage("idle is PT0S, allowed is anything longer than zero");
            assertThatThrownBy(() -> builder.idle(TcpRig.IDLE).frameLimit(1).bind())
                    .hasMessage("frameLimit is 1, allowed is 16 and more");
            assertThatThrownBy(() -> builder.frameLimit(16).maxConnections(0).bind())
                    .hasMessage("maxConnections is 0, allowed is 1 and more");
            assertThatThrownBy(() -> TcpListener.builder("x").bind()).hasMessageContaining("timers(...)");
        }
    }

    static boolean ended(Socket sender) {
        try {
            return sender.getInputStream().read() < 0;
        } catch (IOException reset) {
            return !(reset instanceof SocketTimeoutException);
        }
    }
}
