// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.buffer;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.esclusa.pipeline.testing.Running;
import java.util.Date;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A wake-up is to its waiter what a condition of the lock's own would be. */
@Timeout(60)
@SuppressWarnings({"WaitNotInLoop", "JavaUtilDate"}) // each wait is for what the test does next
class WakeupTest {

    private final ReentrantLock lock = new ReentrantLock();
    private final BlockingQueue<Wakeup> made = new LinkedBlockingQueue<>();

    private interface Wait {
        Object on(Wakeup wakeup) throws InterruptedException;
    }

    /** Answers how the wait ended, and whether its thread held the lock and was interrupted then. */
    private Running<String> waiting(Wait how) {
        return Running.call(() -> {
            lock.lock();
            try {
                Wakeup wakeup = new Wakeup(lock);
                made.add(wakeup);
                return ending(how, wakeup) + ", locked " + lock.isHeldByCurrentThread() + ", interrupted "
                        + Thread.interrupted();
            } finally {
                lock.unlock();
            }
        });
    }

    private static String ending(Wait how, Wakeup wakeup) {
        try {
            return String.valueOf(how.on(wakeup));
        } catch (InterruptedException e) {
            return "sent away";
        }
    }

    /** The lock is free only once the waiter waits. */
    private void signal() throws InterruptedException {
        Wakeup wakeup = made.take();
        lock.lock();
        try {
            wakeup.signal();
        } finally {
            lock.unlock();
        }
    }

    private static Wait withoutEnd() {
        return wakeup -> {
            wakeup.await();
            return "woken";
        };
    }

    @Test
    void aSignalEndsTheWaitAndTheLockIsHeldAgain() throws Exception {
        Running<String> waiter = waiting(withoutEnd());
        signal();
        assertThat(waiter.result()).isEqualTo("woken, locked true, interrupted false");
    }

    @Test
    void anInterruptEndsTheWaitAndTheLockIsHeldAgain() throws Exception {
        Running<String> waiter = waiting(withoutEnd());
        made.take();
        waiter.thread().interrupt();
        assertThat(waiter.result()).isEqualTo("sent away, locked true, interrupted false");
    }

    @Test
    void timeThatRunsOutIsTold() throws Exception {
        assertThat(waiting(wakeup -> wakeup.await(1, TimeUnit.MILLISECONDS)).result())
                .startsWith("false, locked true");
        assertThat(waiting(wakeup -> wakeup.awaitUntil(new Date(0))).result()).startsWith("false, locked true");
    }

    @Test
    void aSignalInTimeIsTold() throws Exception {
        Running<String> waiter = waiting(wakeup -> wakeup.await(1, TimeUnit.HOURS));
        signal();
        assertThat(waiter.result()).startsWith("true, locked true");
    }

    @Test
    void anInterruptIsKeptWhereItDoesNotEndTheWait() throws Exception {
        Running<String> waiter = waiting(wakeup -> {
            Thread.currentThread().interrupt();
            wakeup.awaitUninterruptibly();
            return "woken";
        });
        signal();
        assertThat(waiter.result()).isEqualTo("woken, locked true, interrupted true");
    }
}
