// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.net;

import io.github.esclusa.coordination.timer.Timer;
import io.github.esclusa.coordination.timer.Timers;
import io.github.esclusa.core.time.Clock;
import io.github.esclusa.core.time.Deadline;
import java.time.Duration;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches that a connection is neither silent nor inside one frame for too long. The selector thread's own; only the
 * timer fires elsewhere, and hands itself over.
 *
 * <p>There is one timer, set for the first moment at which the connection could be too late. Activity only notes the
 * time: thousands of messages a second would else reset the timer thousands of times. When it fires and there was
 * activity since, it is set anew for what is left. If that is refused (too many timers, or none any more), the connection
 * goes on unwatched until something comes or it is read again, when a timer is asked for once more.
 */
final class IdleWatch {

    /** Told on the selector thread that the time is up; the watch has ended. */
    @FunctionalInterface
    interface Expiry {
        void expired(CloseReason reason);
    }

    private static final Logger log = LoggerFactory.getLogger(IdleWatch.class);

    private final long idleNanos;
    private final Timers timers;
    private final Clock clock;
    private final Executor selectorThread;
    private final Expiry expiry;

    private long lastActivity;
    private long frameBegan;
    private boolean insideFrame;
    private boolean paused;
    private long pausedAt;
    private boolean ended;
    private @Nullable Timer timer;

    IdleWatch(Duration idle, Timers timers, Clock clock, Executor selectorThread, Expiry expiry) {
        this.idleNanos = Deadline.nanosOf(idle);
        this.timers = timers;
        this.clock = clock;
        this.selectorThread = selectorThread;
        this.expiry = expiry;
    }

    /** Throws what a refused timer throws: whoever cannot be watched from the beginning need not be taken on. */
    void begin() {
        lastActivity = clock.nanoTime();
        setTimer(idleNanos);
    }

    void activity() {
        lastActivity = clock.nanoTime();
        if (timer == null) {
            trySetTimer(Math.max(1, idleNanos - insideForNanos(lastActivity)));
        }
    }

    /** What has been read ends inside a frame, which may be the one of the last time still. */
    void insideFrame() {
        if (!insideFrame) {
            insideFrame = true;
            frameBegan = lastActivity;
        }
    }

    void betweenFrames() {
        insideFrame = false;
    }

    /** How long the frame that has begun has been on its way; zero between frames. */
    long insideForNanos(long now) {
        return insideFrame ? now - frameBegan : 0;
    }

    /** The connection is not read: that it is silent is not its fault. */
    void pause() {
        if (!paused) {
            paused = true;
            pausedAt = clock.nanoTime();
        }
    }

    /** Its silence begins anew; a frame that had begun has the time that it had left. */
    void resume() {
        long now = clock.nanoTime();
        lastActivity = now;
        if (paused) {
            paused = false;
            frameBegan += now - pausedAt;
        }
        if (timer == null) {
            trySetTimer(Math.max(1, idleNanos - insideForNanos(now)));
        }
    }

    void end() {
        ended = true;
        if (timer != null) {
            timer.cancel();
        }
    }

    private void setTimer(long nanos) {
        timer = timers.after(Duration.ofNanos(nanos), () -> selectorThread.execute(this::check));
    }

    private void trySetTimer(long nanos) {
        try {
            setTimer(nanos);
        } catch (RuntimeException e) { // refused, or the clock threw: no reason to end anything
            log.debug("no timer for a connection, which is not watched for now", e);
        }
    }

    private void check() {
        timer = null;
        if (ended || paused) {
            return;
        }
        long now = clock.nanoTime();
        long silentFor = now - lastActivity;
        long left = idleNanos - Math.max(silentFor, insideForNanos(now));
        if (left > 0) {
            trySetTimer(left);
            return;
        }
        ended = true;
        expiry.expired(insideFrame ? CloseReason.SLOW : CloseReason.IDLE);
    }
}
