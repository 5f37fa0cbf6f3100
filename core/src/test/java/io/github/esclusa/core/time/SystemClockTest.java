// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core.time;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** The machine's clock: its time passes by itself. */
class SystemClockTest extends ClockContract {

    @Override
    Clock clock() {
        return Clock.system();
    }

    @Override
    void pass(Duration time) {
        long since = System.nanoTime();
        while (System.nanoTime() - since < time.toNanos()) {
            LockSupport.parkNanos(time.toNanos());
        }
    }

    @Override
    void passWhenAwaited(Duration time) {
        pass(time);
    }

    @Test
    void isOneClock() {
        assertThat(Clock.system()).isSameAs(Clock.system()).hasToString("Clock.system()");
    }
}
