// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.net;

import static org.assertj.core.api.Assertions.assertThat;

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
