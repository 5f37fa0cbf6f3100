// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.esclusa.coordination.timer.Timer;
import io.github.esclusa.coordination.timer.Timers;
import io.github.esclusa.core.time.ManualClock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class IdleWatchTest {

    private final ManualClock clock = new ManualClock();
    private final Timers timers = Timers.builder("idle").clock(clock).start();
    private final List<CloseReason> expired = new CopyOnWriteArrayList<>();
    private final IdleWatch watch = new IdleWatch(Duration.ofSeconds(30), timers, clock, Runnable::run, expired::add);

    @AfterEach
    void close() {
        timers.close();
    }

    private void advance(int seconds, int pendingAfter) {
        clock.advance(Duration.ofSeconds(seconds));
        TcpRig.eventually(() -> timers.balance().pending() == pendingAfter);
    }

    /** Else one that is stalled often enough may take for ever for one frame. */
    @Test
    void aStallLeavesAFrameTheTimeItHadLeftAndNoMore() {
        watch.begin();
        watch.activity();
        watch.insideFrame();
        advance(20, 1);
        watch.pause();
        advance(100, 0);
        watch.resume();
        assertThat(watch.insideForNanos(clock.nanoTime()))
                .isEqualTo(Duration.ofSeconds(20).toNanos());
        advance(9, 1);
        assertThat(expired).isEmpty();
        advance(1, 0);
        TcpRig.eventually(() -> expired.equals(List.of(CloseReason.SLOW)));
    }

    /** The selector thread asks for it: what it threw there ended the listener. */
    @Test
    void aTimerThatIsRefusedAfterAPauseEndsNothing() {
        watch.begin();
        watch.pause();
        advance(30, 0);
        timers.close();
        watch.resume();
        watch.activity();
        assertThat(expired).isEmpty();
    }

    @Test
    void aConnectionForWhichThereWasNoTimerIsWatchedAgainWhenSomethingComes() {
        List<Runnable> selectorThread = new CopyOnWriteArrayList<>();
        try (Timers one = Timers.builder("one")
                .clock(clock)
                .maxPending(1)
                .closeTimeout(Duration.ZERO)
                .start()) {
            IdleWatch unlucky = new IdleWatch(Duration.ofSeconds(30), one, clock, selectorThread::add, expired::add);
            unlucky.begin();
            clock.advance(Duration.ofSeconds(20));
            unlucky.activity();
            clock.advance(Duration.ofSeconds(10));
            TcpRig.eventually(() -> selectorThread.size() == 1);
            Timer another = one.after(Duration.ofDays(1), () -> {});
            selectorThread.remove(0).run(); // was active, and is refused the timer for what is left
            another.cancel();
            unlucky.activity();
            clock.advance(Duration.ofSeconds(30));
            TcpRig.eventually(() -> selectorThread.size() == 1);
            selectorThread.remove(0).run();
        }
        assertThat(expired).containsExactly(CloseReason.IDLE);
    }

    @Test
    void silenceBeginsAnewAfterAPause() {
        watch.begin();
        advance(20, 1);
        watch.pause();
        advance(100, 0);
        watch.resume();
        advance(29, 1);
        assertThat(expired).isEmpty();
        advance(1, 0);
        TcpRig.eventually(() -> expired.equals(List.of(CloseReason.IDLE)));
    }
}
