// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.net;

import io.github.esclusa.coordination.timer.Timer;
import io.github.esclusa.coordination.timer.Timers;
import io.github.esclusa.core.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What all connections together take for frames that are not the intake's yet, and who is read when that is too much. The
 * selector thread's own.
 *
 * <p>Up to the limit, everybody is. Above it, only the connection whose frame began first, the others are stalled when
 * they have something to read. So there is always a way on: what is taken above the limit is either in line with the
 * intake, which will decide, or gathered for frames, of which the first is read until it is whole; and should its sender
 * not send it, it is closed once it has had {@link #PATIENCE}. A read may bring more than there is room for: the limit can
 * be exceeded by one, and by the rest of that first frame.
 */
final class FrameMemory {

    /** How long a frame may be on its way while others cannot be read for want of memory. */
    static final Duration PATIENCE = Duration.ofSeconds(5);

    private static final Logger log = LoggerFactory.getLogger(FrameMemory.class);

    private final long limit;
    private final Timers timers;
    private final Clock clock;
    private final Executor selectorThread;
    private final TcpMetrics metrics;

    private final Map<TcpConnection, Integer> taken = new HashMap<>();

    /** Those that have a part of a frame, in the order in which their frames began. */
    private final LinkedHashSet<TcpConnection> gathering = new LinkedHashSet<>();

    private final Deque<TcpConnection> stalled = new ArrayDeque<>();
    private long sum;
    private @Nullable Timer timer;

    FrameMemory(long limit, Timers timers, Clock clock, Executor selectorThread, TcpMetrics metrics) {
        this.limit = limit;
        this.timers = timers;
        this.clock = clock;
        this.selectorThread = selectorThread;
        this.metrics = metrics;
    }

    /** Whether a connection may be read. If not, it is told when it may. */
    boolean admits(TcpConnection connection) {
        if (sum < limit || connection.equals(first())) {
            return true;
        }
        stalled.add(connection);
        if (timer == null) {
            setTimer();
        }
        return false;
    }

    /** A connection has read a part of a frame, or, if that takes nothing, is between frames. */
    void gathers(TcpConnection connection, int bytes, boolean another) {
        if (bytes == 0 || another) {
            gathering.remove(connection);
        }
        if (bytes > 0) {
            gathering.add(connection);
        }
        set(connection, bytes);
    }

    /** A connection has a frame in line with the intake, and what was read with it; or nothing, when it was closed. */
    void waits(TcpConnection connection, int bytes) {
        gathering.remove(connection);
        set(connection, bytes);
    }

    /** A connection has been closed. What it has in line with the intake takes memory still. */
    void left(TcpConnection connection) {
        if (stalled.remove(connection)) {
            connection.unstall();
        }
    }

    private void set(TcpConnection connection, int bytes) {
        Integer before = bytes == 0 ? taken.remove(connection) : taken.put(connection, bytes);
        long grown = (long) bytes - (before == null ? 0 : before);
        if (grown != 0) {
            sum += grown;
            metrics.frameMemory(grown);
        }
        letOn();
    }

    /** As many as there is room for the next read of, and in any case the one whose frame began first. */
    private void letOn() {
        for (long room = limit - sum; room > 0 && !stalled.isEmpty(); room -= TcpLoop.LARGEST_READ) {
            letOn(stalled.remove());
        }
        TcpConnection first = first();
        if (first != null && first.isStalled()) {
            stalled.remove(first);
            letOn(first);
        }
    }

    private static void letOn(TcpConnection connection) {
        try {
            connection.unstall();
        } catch (Throwable e) { // the next ones are to be let on all the same
            log.error("letting a connection on failed; the others go on", e);
        }
    }

    private @Nullable TcpConnection first() {
        return gathering.isEmpty() ? null : gathering.iterator().next();
    }

    private void setTimer() {
        try {
            timer = timers.after(PATIENCE, () -> selectorThread.execute(this::closeSlow));
        } catch (RuntimeException e) { // refused, or the clock threw
            log.debug("no timer for slow frames: their idle time will end them", e);
        }
    }

    private void closeSlow() {
        timer = null;
        if (stalled.isEmpty()) {
            return;
        }
        long now = clock.nanoTime();
        for (TcpConnection connection : List.copyOf(gathering)) {
            if (!connection.isStalled() && connection.insideForNanos(now) >= PATIENCE.toNanos()) {
                connection.crowdedOut(PATIENCE);
            }
        }
        if (!stalled.isEmpty()) {
            setTimer();
        }
    }
}
