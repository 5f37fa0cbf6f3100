// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.net;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.esclusa.core.time.ManualClock;
import io.github.esclusa.examples.collector.syslog.Frame;
import io.github.esclusa.examples.collector.syslog.IdSource;
import io.github.esclusa.examples.collector.syslog.ParseException;
import io.github.esclusa.examples.collector.syslog.SyslogParser;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.BindException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class UdpListenerTest {

    private static final Instant NOW = Instant.parse("2026-11-22T20:00:00.123456Z");

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final TestIntake intake = new TestIntake();
    private UdpListener listener;
    private DatagramSocket sender;

    @BeforeEach
    void bind() throws IOException {
        listener = builder().bind();
        sender = new DatagramSocket(0, InetAddress.getLoopbackAddress());
    }

    private UdpListener.Builder builder() {
        return UdpListener.builder("udp")
                .address(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .wallClock(InstantSource.fixed(NOW))
                .ids(new IdSource(1))
                .meterRegistry(registry);
    }

    @AfterEach
    void close() {
        listener.close();
        sender.close();
    }

    private void send(String text) throws IOException {
        byte[] bytes = text.getBytes(ISO_8859_1);
        sender.send(new DatagramPacket(bytes, bytes.length, listener.localAddress()));
    }

    private double metric(String name) {
        return registry.get(name).meter().measure().iterator().next().getValue();
    }

    @Test
    void eachDatagramIsAFrameWithItsSourceAndTime() throws IOException {
        listener.start(intake);
        send("<1>a");
        send("<2>b\n<3>still b");
        List<Frame> frames = intake.awaitFrames(2);
        assertThat(intake.texts()).containsExactly("<1>a", "<2>b\n<3>still b");
        assertThat(frames).allSatisfy(frame -> {
            assertThat(frame.source()).isEqualTo("udp/127.0.0.1:" + sender.getLocalPort());
            assertThat(frame.receivedAt()).isEqualTo(NOW);
        });
        assertThat(frames.get(0).id()).isLessThan(frames.get(1).id());
        TcpRig.eventually(() -> metric(UdpMetrics.FRAMES) == 2);
        assertThat(metric(UdpMetrics.DATAGRAMS)).isEqualTo(2);
        assertThat(metric(UdpMetrics.RECEIVED)).isEqualTo(19);
    }

    @Test
    void anEmptyDatagramIsAFrameThatCannotBeParsed() throws IOException {
        listener.start(intake);
        send("");
        Frame frame = intake.awaitFrames(1).get(0);
        assertThat(frame.length()).isZero();
        assertThatThrownBy(() -> new SyslogParser(ZoneOffset.UTC).parse(frame))
                .isInstanceOf(ParseException.class)
                .hasMessage("empty: not a single byte");
    }

    @Test
    void theLargestDatagramArrivesWhole() throws IOException {
        listener.start(intake);
        send("x".repeat(65_507));
        assertThat(intake.awaitFrames(1).get(0).length()).isEqualTo(65_507);
    }

    @Test
    void aDatagramLongerThanTheLimitIsCutOffAndBad() throws IOException {
        listener.close();
        listener = builder().frameLimit(16).bind();
        listener.start(intake);
        send("x".repeat(16));
        send("y".repeat(17));
        List<Frame> frames = intake.awaitFrames(2);
        assertThat(frames.get(0).fault()).isNull();
        assertThat(frames.get(1).fault()).isEqualTo("longer than the limit of 16 bytes: the datagram has 17");
        assertThat(frames.get(1).length()).isEqualTo(16);
        assertThat(metric(UdpMetrics.BAD_FRAMES)).isEqualTo(1);
    }

    /** As {@code logger -d --octet-count} sends them. */
    @Test
    void anOctetCountThatIsRightIsNoPartOfTheFrameNorOfItsLimit() throws IOException {
        listener.close();
        listener = builder().frameLimit(16).bind();
        listener.start(intake);
        send("16 <1>" + "x".repeat(13));
        send("15 <1>" + "y".repeat(10));
        send("17 <1>" + "z".repeat(14));
        List<Frame> frames = intake.awaitFrames(3);
        assertThat(intake.texts())
                .as("the second count is wrong")
                .containsExactly("<1>" + "x".repeat(13), "15 <1>" + "y".repeat(10), "<1>" + "z".repeat(13));
        assertThat(frames.get(0).fault()).isNull();
        assertThat(frames.get(1).fault()).isNull();
        assertThat(frames.get(2).fault()).isEqualTo("longer than the limit of 16 bytes: the datagram has 20");
        assertThat(metric(UdpMetrics.RECEIVED)).isEqualTo(19 + 16 + 20);
    }

    @Test
    void nothingIsReadBeforeStart() throws IOException {
        send("<1>early");
        assertThat(metric(UdpMetrics.DATAGRAMS)).isZero();
        listener.start(intake);
        intake.awaitFrames(1);
        assertThat(intake.texts()).containsExactly("<1>early");
    }

    @Test
    void stoppingEndsASubmissionThatWaitsForRoom() throws Exception {
        CountDownLatch waiting = new CountDownLatch(1);
        listener.start(frame -> {
            waiting.countDown();
            new CountDownLatch(1).await();
            return Verdict.ACCEPTED;
        });
        send("<1>a");
        waiting.await();
        listener.stopReading();
        assertThat(metric(UdpMetrics.REFUSED)).isEqualTo(1);
        assertThat(metric(UdpMetrics.FRAMES)).isZero();
        assertThat(listener.failure()).isNull();
        assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(thread -> thread.getName().startsWith("udp-udp"));
    }

    @Test
    void stoppingEndsAReceive() throws IOException {
        listener.start(intake);
        send("<1>a");
        intake.awaitFrames(1);
        listener.stopReading();
        listener.stopReading();
        assertThat(listener.failure()).isNull();
        assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(thread -> thread.getName().startsWith("udp-udp"));
        new DatagramSocket(listener.localAddress()).close();
        assertThatThrownBy(() -> listener.start(intake)).hasMessageContaining("it has been stopped");
    }

    @Test
    void anIntakeThatThrowsCostsTheDatagramOnly() throws IOException {
        AtomicInteger calls = new AtomicInteger();
        listener.start(frame -> {
            switch (calls.getAndIncrement()) {
                case 0 -> throw new IllegalStateException("broken intake");
                case 1 -> throw new AssertionError("very broken intake");
                case 2 -> throw new InterruptedException("confused intake");
                case 3 -> {
                    return Verdict.REFUSED;
                }
                default -> {
                    return intake.submit(frame);
                }
            }
        });
        for (int i = 0; i < 5; i++) {
            send("<1>" + i);
        }
        intake.awaitFrames(1);
        assertThat(intake.texts()).containsExactly("<1>4");
        assertThat(metric(UdpMetrics.REFUSED)).isEqualTo(4);
    }

    /** One {@code OutOfMemoryError} ended it for good. */
    @Test
    void whateverAReceiveThrowsCostsTheDatagramOnly() throws IOException {
        AtomicInteger calls = new AtomicInteger();
        listener.close();
        listener = builder()
                .wallClock(() -> switch (calls.getAndIncrement()) {
                    case 0 -> throw new OutOfMemoryError("as if there were no memory");
                    case 1 -> throw new IllegalStateException("broken clock");
                    default -> NOW;
                })
                .bind();
        listener.start(intake);
        for (int i = 0; i < 3; i++) {
            send("<1>" + i);
        }
        intake.awaitFrames(1);
        assertThat(intake.texts()).containsExactly("<1>2");
        assertThat(listener.failure()).isNull();
        TcpRig.eventually(() -> metric(UdpMetrics.FRAMES) == 1);
        assertThat(metric(UdpMetrics.FAILURES)).isEqualTo(2);
        assertThat(metric(UdpMetrics.REFUSED)).isEqualTo(2);
        assertThat(metric(UdpMetrics.DATAGRAMS)).isEqualTo(3);
    }

    @Test
    void aHundredReceivesThatFailInARowAreItsFailure() throws IOException {
        OutOfMemoryError error = new OutOfMemoryError("as if there were no memory");
        ManualClock clock = new ManualClock();
        listener.close();
        listener = builder()
                .clock(clock)
                .wallClock(() -> {
                    throw error;
                })
                .bind();
        listener.start(intake);
        while (listener.failure() == null) {
            send("<1>a");
            clock.advance(Duration.ofMillis(100));
        }
        assertThat(listener.failure()).isSameAs(error);
        assertThat(metric(UdpMetrics.FAILURES)).isEqualTo(100);
    }

    /** It closed the channel under the next receive. */
    @Test
    void anInterruptThatTheIntakeLeavesEndsNothing() throws IOException {
        listener.start(frame -> {
            Thread.currentThread().interrupt();
            return intake.submit(frame);
        });
        for (int i = 1; i <= 3; i++) {
            send("<1>" + i);
            intake.awaitFrames(i);
        }
        assertThat(listener.failure()).isNull();
    }

    @Test
    void whatTheKernelDropsIsShown() throws Exception {
        listener.close();
        listener = builder().receiveBuffer(4_096).bind();
        assumeTrue(registry.find(UdpMetrics.KERNEL_DROPS).meter() != null, "this system does not tell of drops");
        System.gc(); // a counter holds what it counts by weakly
        assertThat(registry.get(UdpMetrics.KERNEL_DROPS).functionCounter().count())
                .isZero();
        String text = "<1>" + "x".repeat(500);
        int sent = 0;
        while (metric(UdpMetrics.KERNEL_DROPS) == 0) { // how much the kernel really holds is its own affair
            send(text);
            sent++;
        }
        int all = sent;
        listener.start(intake);
        TcpRig.eventually(() -> intake.frames().size() + metric(UdpMetrics.KERNEL_DROPS) == all);
        double dropped = metric(UdpMetrics.KERNEL_DROPS);
        assertThat(intake.frames()).isNotEmpty();
        listener.stopReading();
        assertThat(metric(UdpMetrics.KERNEL_DROPS))
                .as("when the socket is gone")
                .isEqualTo(dropped);
    }

    @Test
    void aPortInUseIsABindExceptionThatNamesIt() {
        assertThatThrownBy(() -> UdpListener.builder("second")
                        .address(listener.localAddress())
                        .bind())
                .isInstanceOf(BindException.class)
                .hasMessageContaining("UDP listener 'second' to 127.0.0.1:"
                        + listener.localAddress().getPort());
    }

    @Test
    void itsMetersGoWithIt() {
        assertThat(registry.getMeters()).isNotEmpty();
        listener.close();
        assertThat(registry.getMeters()).isEmpty();
    }

    @Test
    void settingsOutOfRangeAreRefused() {
        assertThatThrownBy(() -> UdpListener.builder("x").frameLimit(1).bind())
                .hasMessage("frameLimit is 1, allowed is 16 and more");
        assertThatThrownBy(() -> UdpListener.builder("x").receiveBuffer(0).bind())
                .hasMessage("receiveBuffer is 0, allowed is 1 and more");
    }
}
