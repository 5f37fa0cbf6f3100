// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.net;

import io.github.esclusa.coordination.timer.Timers;
import io.github.esclusa.core.time.Clock;
import io.github.esclusa.examples.collector.syslog.FrameDecoder;
import io.github.esclusa.examples.collector.syslog.RawFrame;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection: reads, cuts, offers. Everything but {@link #decided} is the selector thread's own.
 *
 * <pre>
 *   STALLED &lt;--no memory-- READING --the intake has no room--> HELD --decided, nothing unused or all taken--> READING
 *      |   \-----room------&gt;  |                                  |
 *      +----------------------+-- end, failure, idle, stop, -----+--> CLOSED
 *                                 out of sync, and all that was read offered
 * </pre>
 *
 * <p>In HELD and STALLED the key has no interest, so the selector does not see the socket at all, and the connection keeps what was
 * read and not used. The intake may decide before {@code offer} has even answered WAITING: the decision is a task for the
 * selector thread, which runs it after it has finished here, so it always finds the connection HELD.
 */
final class TcpConnection {

    private static final Logger log = LoggerFactory.getLogger(TcpConnection.class);

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0).asReadOnlyBuffer();

    private final TcpSettings settings;
    private final String source;
    private final SocketChannel channel;
    private final SelectionKey key;
    private final StreamIntake intake;
    private final Receipt receipt;
    private final TcpMetrics metrics;
    private final FrameMemory memory;
    private final TcpLoop loop;
    private final TcpAcceptor acceptor;
    private final FrameDecoder decoder;
    private final IdleWatch idle;
    private final Consumer<Verdict> whenDecided = this::decided;

    /** What was read and not used; {@code null} when nothing was. */
    private @Nullable ByteBuffer unused;

    private long readAtMicros;

    /** How long the frame is that is in line with the intake: while HELD, and when the last frame came in line. */
    private int inLine;

    /** Whether a frame has ended since the memory was last told what this connection takes. */
    private boolean frameEnded;

    private boolean held;
    private boolean stalled;
    private boolean closed;
    private boolean intakeHasFailed;

    TcpConnection(
            TcpSettings settings,
            SocketChannel channel,
            SelectionKey key,
            StreamIntake intake,
            Receipt receipt,
            TcpMetrics metrics,
            FrameMemory memory,
            TcpLoop loop,
            TcpAcceptor acceptor,
            Timers timers,
            Clock clock)
            throws IOException {
        this.settings = settings;
        this.source = "tcp/" + Endpoint.text(channel.getRemoteAddress());
        this.channel = channel;
        this.key = key;
        this.intake = intake;
        this.receipt = receipt;
        this.metrics = metrics;
        this.memory = memory;
        this.loop = loop;
        this.acceptor = acceptor;
        this.decoder = new FrameDecoder(settings.frameLimit());
        this.idle = new IdleWatch(settings.idle(), timers, clock, loop::execute, this::tooLate);
        this.readAtMicros = receipt.nowMicros();
    }

    /** Begins to watch for silence; what cannot be watched is not taken on. */
    void begin() {
        idle.begin();
    }

    /** Reads once, as much as the buffer takes, and offers what that completes; does not, if there is no memory for it. */
    void readable(ByteBuffer buffer) {
        if (!memory.admits(this)) {
            stall();
            return;
        }
        try {
            int read = channel.read(buffer);
            readAtMicros = receipt.nowMicros();
            if (read < 0) {
                finish(decoder.end(), CloseReason.PEER);
                return;
            }
            metrics.received(read);
            idle.activity();
            feed(buffer.flip());
        } catch (Throwable e) {
            failed(e);
        } finally {
            tellMemory();
        }
    }

    private void stall() {
        stalled = true;
        metrics.stalled();
        idle.pause();
        key.interestOps(0);
    }

    /** There is memory again. */
    void unstall() {
        if (!stalled) {
            return;
        }
        stalled = false;
        metrics.unstalled();
        if (!closed) {
            try {
                idle.resume();
            } finally { // in no list any more: nobody would come back to it
                key.interestOps(SelectionKey.OP_READ);
            }
        }
    }

    boolean isStalled() {
        return stalled;
    }

    /** How long the frame that has begun has been on its way. */
    long insideForNanos(long now) {
        return idle.insideForNanos(now);
    }

    /** Throws nothing: what fails for those who are let on by it must not stop this one half-way. */
    private void tellMemory() {
        boolean another = frameEnded;
        frameEnded = false;
        try {
            if (closed || held) {
                memory.waits(this, inLine + (unused == null ? 0 : unused.capacity()));
            } else {
                memory.gathers(this, decoder.heldBytes(), another);
            }
        } catch (Throwable e) {
            log.error("{}: letting others on failed; the listener goes on", source, e);
        }
    }

    private void feed(ByteBuffer in) {
        try {
            cut(in);
        } finally {
            metrics.skipped(decoder.takeSkipped());
        }
    }

    private void cut(ByteBuffer in) {
        for (RawFrame raw = decoder.next(in); raw != null; raw = decoder.next(in)) {
            idle.betweenFrames();
            frameEnded = true;
            switch (offer(raw)) {
                case ACCEPTED, REFUSED -> {}
                case WAITING -> {
                    inLine = raw.bytes().length;
                    hold(in);
                    return;
                }
                case CLOSED -> {
                    unused = in;
                    discardUnused();
                    close(CloseReason.INTAKE_CLOSED);
                    return;
                }
            }
        }
        if (decoder.outOfSync()) {
            outOfSync();
        } else if (decoder.insideFrame()) {
            idle.insideFrame();
        }
    }

    /**
     * The sender begins anew, on another connection: on this one frames would be taken for parts of others. What was read
     * has been offered piece by piece, each as a frame is, held back where there was no room; this is what is left of it.
     */
    private void outOfSync() {
        log.debug("{}: closed, out of sync with its sender's octet counts", source);
        finish(decoder.end(), CloseReason.OUT_OF_SYNC);
    }

    private Verdict offer(RawFrame raw) {
        if (raw.fault() != null) {
            metrics.frameBad();
        }
        Verdict verdict = Verdict.REFUSED;
        try {
            verdict = intake.offer(receipt.frame(raw, source, readAtMicros), whenDecided);
        } catch (Throwable e) { // foreign code: whatever it throws costs this frame, not the connection
            if (!intakeHasFailed) {
                intakeHasFailed = true;
                log.error("{}: the intake threw; the frame is lost, the connection goes on", source, e);
            }
        }
        if (verdict != Verdict.WAITING) {
            metrics.frame(verdict);
        }
        return verdict;
    }

    private void hold(ByteBuffer in) {
        if (in.hasRemaining()) {
            unused = ByteBuffer.allocate(in.remaining()).put(in).flip();
        }
        held = true;
        metrics.held();
        idle.pause();
        key.interestOps(0);
    }

    /** The intake's thread: counted here, since the selector thread may have stopped. */
    private void decided(Verdict verdict) {
        metrics.frame(verdict);
        loop.execute(() -> release(verdict));
    }

    private void release(Verdict verdict) {
        inLine = 0;
        if (closed || !held) {
            tellMemory();
            return;
        }
        held = false;
        metrics.released();
        try {
            idle.resume();
            if (verdict == Verdict.CLOSED) {
                discardUnused();
                close(CloseReason.INTAKE_CLOSED);
                return;
            }
            ByteBuffer in = unused == null ? NOTHING : unused;
            unused = null;
            feed(in); // also where there is nothing: it may be out of sync, and that was the last of it
            if (!held && !closed) {
                key.interestOps(SelectionKey.OP_READ);
            }
        } catch (Throwable e) {
            failed(e);
        } finally {
            tellMemory();
        }
    }

    private void tooLate(CloseReason reason) {
        String limit = settings.idle().toString();
        log.debug("{}: closed, {} for {}", source, reason == CloseReason.SLOW ? "inside one frame" : "silent", limit);
        finish(decoder.cutOff("cut off: the frame had not come whole after " + limit), reason);
    }

    /** Others wait for the memory that this one's frame takes. */
    void crowdedOut(Duration limit) {
        log.debug("{}: closed, inside one frame for {} while memory is short", source, limit);
        finish(
                decoder.cutOff("cut off: the frame had not come whole after " + limit + ", and memory is short"),
                CloseReason.SLOW);
    }

    private void failed(Throwable e) {
        log.debug("{}: failed", source, e);
        finish(decoder.cutOff("cut off: the connection failed"), CloseReason.FAILED);
    }

    private void finish(@Nullable RawFrame last, CloseReason reason) {
        if (closed) {
            return;
        }
        try {
            if (last != null && offer(last) == Verdict.WAITING) {
                inLine = last.bytes().length; // the intake needs no connection to decide
            }
        } finally {
            close(reason);
        }
    }

    /** The listener stops: what was read and not offered will not be. */
    void stop() {
        discardUnused();
        close(CloseReason.STOPPED);
    }

    private void discardUnused() {
        ByteBuffer in = unused;
        unused = null;
        if (in != null) {
            for (RawFrame raw = decoder.next(in); raw != null; raw = decoder.next(in)) {
                metrics.frameRefused();
            }
        }
        if (decoder.cutOff("the listener stopped") != null) {
            metrics.frameRefused();
        }
        metrics.skipped(decoder.takeSkipped());
    }

    private void close(CloseReason reason) {
        if (closed) {
            return;
        }
        closed = true;
        idle.end();
        if (held) {
            metrics.released();
        }
        memory.left(this);
        tellMemory();
        metrics.closed(reason);
        key.cancel();
        try {
            channel.close();
        } catch (IOException e) {
            log.debug("{}: closing it failed", source, e);
        }
        acceptor.left(this);
    }

    @Override
    public String toString() {
        return "TcpConnection(" + source + (closed ? ", closed)" : held ? ", held)" : stalled ? ", stalled)" : ")");
    }
}
