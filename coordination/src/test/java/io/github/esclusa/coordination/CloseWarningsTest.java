// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.esclusa.coordination.pool.Lease;
import io.github.esclusa.coordination.pool.ResourcePool;
import io.github.esclusa.coordination.testing.BrokenLog;
import io.github.esclusa.coordination.timer.Timers;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.slf4j.event.Level;

/** A close that leaves something behind says so, and is not kept from its end by a log that throws. */
class CloseWarningsTest {

    @Test
    void poolWarnsOfLeasesThatAreOut() throws Exception {
        try (BrokenLog log = BrokenLog.of(ResourcePool.class, Level.WARN)) {
            ResourcePool<Object> pool =
                    ResourcePool.<Object>builder("leaky").create(Object::new).open();
            Lease<Object> lease = pool.acquire();
            pool.close();
            log.requireLinesWith(
                    "pool 'leaky' was closed with 1 of its resources on lease",
                    "thread=" + Thread.currentThread().getName());
            lease.close();
            assertThat(pool.shutdown(Duration.ofSeconds(30)).terminated()).isTrue();
        }
    }

    @Test
    void poolWarnsOfDestructionsThatHaveNotComeBack() throws Exception {
        CountDownLatch goOn = new CountDownLatch(1);
        try (BrokenLog log = BrokenLog.of(ResourcePool.class, Level.WARN)) {
            ResourcePool<Object> pool = ResourcePool.<Object>builder("late")
                    .create(Object::new)
                    .destroy(object -> await(goOn))
                    .closeTimeout(Duration.ofMillis(1))
                    .open();
            pool.acquire().close();
            pool.close();
            log.requireLinesWith("pool 'late'", "within closeTimeout(PT0.001S)", "1 being destroyed");
            goOn.countDown();
            assertThat(pool.shutdown(Duration.ofSeconds(30)).terminated()).isTrue();
        } finally {
            goOn.countDown();
        }
    }

    @Test
    void timersWarnOfCallbacksThatHaveNotComeBack() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        try (BrokenLog log = BrokenLog.of(Timers.class, Level.WARN)) {
            Timers timers =
                    Timers.builder("late").closeTimeout(Duration.ofMillis(1)).start();
            timers.after(Duration.ZERO, () -> {
                running.countDown();
                await(goOn);
            });
            assertThat(running.await(30, TimeUnit.SECONDS)).isTrue();
            timers.close();
            log.requireLinesWith("within closeTimeout(PT0.001S): late-timer-1 in CountDownLatch.await");
        } finally {
            goOn.countDown();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
