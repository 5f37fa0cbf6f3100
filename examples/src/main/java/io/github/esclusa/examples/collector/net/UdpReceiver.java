// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.net;

import io.github.esclusa.examples.collector.syslog.OctetCount;
import io.github.esclusa.examples.collector.syslog.RawFrame;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The UDP thread's work: receive, stamp, submit. */
final class UdpReceiver {

    private static final Logger log = LoggerFactory.getLogger(UdpReceiver.class);

    /** No datagram is longer than 65,535 bytes, its headers included. */
    private static final int LARGEST_DATAGRAM = 64 << 10;

    private static final Duration PAUSE = Duration.ofMillis(100);

    /** So many receives that fail in a row, and the socket is given up. */
    private static final int FAILURES_GIVEN_UP_AT = 100;

    private final String name;
    private final int frameLimit;
    private final DatagramChannel channel;
    private final Receipt receipt;
    private final Pause pause;
    private final UdpMetrics metrics;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(LARGEST_DATAGRAM);

    // The UDP thread's own:
    private @Nullable SocketAddress lastSender;
    private String lastSource = "udp/?";
    private boolean intakeHasFailed;

    UdpReceiver(
            String name, DatagramChannel channel, int frameLimit, Receipt receipt, Pause pause, UdpMetrics metrics) {
        this.name = name;
        this.channel = channel;
        this.frameLimit = frameLimit;
        this.receipt = receipt;
        this.pause = pause;
        this.metrics = metrics;
    }

    /** Lets the thread end at its next step; closing the channel wakes it out of a receive. */
    void stop() {
        pause.stop();
    }

    /**
     * Receives until stopped. Whatever a receive throws, an {@code OutOfMemoryError} for example, costs its datagram and a
     * pause; the pause is inside the guard, since it may throw the same.
     *
     * @throws IOException if the socket cannot be read, again and again; so with what else is thrown again and again
     */
    void run(DatagramIntake intake) throws IOException {
        int failures = 0;
        boolean pausing = false;
        try {
            while (!pause.isStopped()) {
                try {
                    if (pausing) {
                        pausing = false;
                        pause.await(PAUSE);
                        continue;
                    }
                    receive(intake);
                    failures = 0;
                } catch (ClosedChannelException e) {
                    if (pause.isStopped()) {
                        return;
                    }
                    throw e;
                } catch (IOException | RuntimeException | Error e) {
                    metrics.failed();
                    failures++;
                    if (failures >= FAILURES_GIVEN_UP_AT) {
                        throw e;
                    }
                    pausing = true;
                    if (failures == 1) {
                        tell(e);
                    }
                }
            }
        } catch (InterruptedException e) {
            log.debug("UDP listener '{}' was interrupted: it is being stopped", name);
        }
    }

    /** Or does not, where there is no memory for that either: the listener goes on all the same, and has counted it. */
    private void tell(Throwable e) {
        try {
            log.warn("UDP listener '{}': a receive failed; it goes on", name, e);
        } catch (OutOfMemoryError untold) {
            e.addSuppressed(untold);
        }
    }

    private void receive(DatagramIntake intake) throws IOException, InterruptedException {
        buffer.clear();
        SocketAddress sender = channel.receive(buffer);
        buffer.flip();
        metrics.received(buffer.remaining());
        long receivedAt;
        RawFrame raw;
        String source;
        try {
            receivedAt = receipt.nowMicros();
            raw = rawFrame();
            source = source(sender);
        } catch (RuntimeException | Error e) {
            metrics.frameRefused(); // what was received is accepted or refused, and nothing else
            throw e;
        }
        submit(intake, raw, source, receivedAt);
    }

    private RawFrame rawFrame() {
        int received = buffer.remaining();
        buffer.position(OctetCount.lengthIn(buffer));
        int length = buffer.remaining();
        byte[] bytes = new byte[Math.min(length, frameLimit)];
        buffer.get(bytes);
        if (length <= frameLimit) {
            return new RawFrame(bytes, null);
        }
        metrics.frameBad();
        return new RawFrame(bytes, "longer than the limit of " + frameLimit + " bytes: the datagram has " + received);
    }

    /** A burst comes from one sender, mostly: its name is made once. */
    private String source(@Nullable SocketAddress sender) {
        if (sender != null && !sender.equals(lastSender)) {
            lastSender = sender;
            lastSource = "udp/" + Endpoint.text(sender);
        }
        return lastSource;
    }

    /** One that the intake has left on this thread would close the channel at the next receive. A stop does not need its own. */
    private void forgetInterrupt() {
        if (!pause.isStopped() && Thread.interrupted()) {
            log.debug("UDP listener '{}': an interrupt was left on its thread", name);
        }
    }

    private void submit(DatagramIntake intake, RawFrame raw, String source, long receivedAt)
            throws InterruptedException {
        Verdict verdict = Verdict.REFUSED;
        try {
            verdict = intake.submit(receipt.frame(raw, source, receivedAt));
        } catch (InterruptedException e) {
            if (pause.isStopped()) {
                throw e;
            }
            log.warn("UDP listener '{}': a submission was interrupted, though the listener is not being stopped", name);
        } catch (Throwable e) { // foreign code: whatever it throws costs this datagram, not the listener
            if (!intakeHasFailed) {
                intakeHasFailed = true;
                log.error("UDP listener '{}': its intake threw; the datagram is lost, the listener goes on", name, e);
            }
        } finally {
            metrics.frame(verdict);
            forgetInterrupt();
        }
    }
}
