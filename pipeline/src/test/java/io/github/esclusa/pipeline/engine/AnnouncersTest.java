// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.esclusa.pipeline.report.Admission;
import io.github.esclusa.pipeline.testing.LogLines;
import io.github.esclusa.pipeline.testing.Running;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whom a sweep finds in a callback, and whom its interrupt reaches. */
@Timeout(60)
class AnnouncersTest {

    private final Announcers announcers = new Announcers("telling");

    /** A thread that waits for a word at each place, and does not answer an interrupt. */
    private final class Steps {

        final CountDownLatch begun = new CountDownLatch(1);
        final CountDownLatch callFirst = new CountDownLatch(1);
        final CountDownLatch inFirst = new CountDownLatch(1);
        final CountDownLatch leaveFirst = new CountDownLatch(1);
        final CountDownLatch inSecond = new CountDownLatch(1);
        final CountDownLatch leaveSecond = new CountDownLatch(1);
        final CompletableFuture<Boolean> secondIsInterrupted = new CompletableFuture<>();

        volatile boolean hasLeftFirst;

        void run() {
            begun.countDown();
            awaitStubbornly(callFirst);
            announcers.call(this::first, Admission.CLOSED);
            announcers.call(this::second, Admission.CLOSED);
        }

        private void first(Admission answer) {
            inFirst.countDown();
            awaitStubbornly(leaveFirst);
            Thread.currentThread().interrupt(); // callbacks do so
            hasLeftFirst = true;
        }

        private void second(Admission answer) {
            boolean atFirst = Thread.currentThread().isInterrupted();
            inSecond.countDown();
            boolean later = awaitStubbornly(leaveSecond);
            secondIsInterrupted.complete(atFirst || later);
        }

        boolean secondIsInterrupted() throws Exception {
            leaveSecond.countDown();
            return secondIsInterrupted.get(30, TimeUnit.SECONDS);
        }
    }

    @Test
    void whoHasOnlyBegunOrEndedIsNeitherStuckNorInterrupted() throws Exception {
        Steps steps = new Steps();
        Thread[] thread = new Thread[1];
        announcers.start(task -> thread[0] = new Thread(task), false, steps::run);
        steps.begun.await();
        assertThat(announcers.stuck()).isEmpty();
        announcers.interrupt();
        assertThat(thread[0].isInterrupted()).isFalse();
        steps.callFirst.countDown();
        steps.inFirst.await();
        assertThat(announcers.stuck()).containsExactly(thread[0]);
        assertThat(announcers.stuck()).containsExactly(thread[0]);
        steps.leaveFirst.countDown();
        steps.leaveSecond.countDown();
        thread[0].join();
        assertThat(announcers.stuck()).isEmpty();
    }

    @Test
    void anInterruptIsForTheCallbackInWhichTheThreadWasStuck() throws Exception {
        Steps steps = new Steps();
        announcers.start(Thread::new, false, steps::run);
        steps.callFirst.countDown();
        steps.inFirst.await();
        assertThat(announcers.stuck()).hasSize(1);
        steps.leaveFirst.countDown();
        steps.inSecond.await();
        announcers.interrupt();
        assertThat(steps.secondIsInterrupted()).isFalse();
    }

    @Test
    void whoIsWaitedForIsStuckOnlyOnceTheWaitIsGivenUp() throws Exception {
        Steps steps = new Steps();
        Thread[] thread = new Thread[1];
        Announcer announcer = announcers.start(task -> thread[0] = new Thread(task), true, steps::run);
        steps.callFirst.countDown();
        steps.inFirst.await();
        assertThat(announcers.stuck()).isEmpty();
        assertThat(announcer.isStuckStill()).isFalse();
        assertThat(announcer.awaitEnd(1)).isFalse();
        assertThat(announcer.isStuckStill()).isTrue();
        assertThat(announcers.stuck()).containsExactly(thread[0]);
        steps.leaveFirst.countDown();
        steps.inSecond.await();
        assertThat(announcer.isStuckStill()).isFalse();
        assertThat(announcers.stuck()).containsExactly(thread[0]); // nobody waits any more
        steps.leaveSecond.countDown();
        thread[0].join();
        assertThat(announcer.awaitEnd(1)).isTrue();
    }

    /** In a callback that it enters during the first of the waits. */
    @Test
    void patienceBeginsWithTheCallback() throws Exception {
        Steps steps = new Steps();
        AtomicLong waited = new AtomicLong();
        Announcer announcer = new Announcer(true) {
            @Override
            boolean awaitOver(long nanos) {
                if (waited.getAndAdd(nanos) == 0) {
                    steps.callFirst.countDown();
                    Awaitility.await().until(() -> steps.inFirst.getCount() == 0);
                }
                return false;
            }
        };
        announcers.start(Thread::new, announcer, steps::run);
        assertThat(announcer.awaitEnd(800)).isFalse();
        assertThat(waited).hasValue(900);
        steps.leaveFirst.countDown();
        steps.leaveSecond.countDown();
    }

    @Test
    void whoIsWaitedForIsStuckOnceTheWaitHasFailed() throws Exception {
        Steps steps = new Steps();
        OutOfMemoryError thrown = new OutOfMemoryError("on purpose");
        Announcer starved = new Announcer(true) {
            @Override
            boolean awaitOver(long nanos) {
                throw thrown;
            }
        };
        announcers.start(Thread::new, starved, steps::run);
        steps.callFirst.countDown();
        steps.inFirst.await();
        assertThat(announcers.stuck()).isEmpty();
        assertThatThrownBy(() -> starved.awaitEnd(1)).isSameAs(thrown);
        assertThat(announcers.stuck()).containsExactly(starved.thread());
        steps.leaveFirst.countDown();
        steps.leaveSecond.countDown();
    }

    @Test
    void aThreadLeavesItsCallbackWhenTheInterruptIsOver() throws Exception {
        CountDownLatch interrupting = new CountDownLatch(1);
        CountDownLatch interrupt = new CountDownLatch(1);
        Thread[] thread = new Thread[1];
        Steps steps = new Steps();
        announcers.start(
                task -> thread[0] = new Thread(task) {
                    @Override
                    public void interrupt() {
                        if (Thread.currentThread() != this) {
                            interrupting.countDown();
                            awaitStubbornly(interrupt);
                        }
                        super.interrupt();
                    }
                },
                false,
                steps::run);
        steps.callFirst.countDown();
        steps.inFirst.await();
        assertThat(announcers.stuck()).hasSize(1);
        Running<Boolean> sweep = Running.call(() -> {
            announcers.interrupt();
            return true;
        });
        interrupting.await();
        assertThat(announcers.stuck()).isEmpty(); // another sweep neither waits nor names it once more
        announcers.interrupt();
        steps.leaveFirst.countDown();
        Awaitility.await().until(() -> steps.hasLeftFirst && thread[0].getState() == Thread.State.WAITING);
        interrupt.countDown();
        sweep.result();
        assertThat(steps.secondIsInterrupted()).isFalse();
    }

    @Test
    void anInterruptThatThrowsIsLoggedAndEndsNothing() throws Exception {
        CountDownLatch interrupted = new CountDownLatch(2);
        Steps[] both = {new Steps(), new Steps()};
        for (Steps steps : both) {
            announcers.start(
                    task -> new Thread(task) {
                        @Override
                        public void interrupt() {
                            super.interrupt();
                            if (Thread.currentThread() != this) {
                                interrupted.countDown();
                                throw new IllegalStateException("a broken close, on purpose");
                            }
                        }
                    },
                    false,
                    steps::run);
            steps.callFirst.countDown();
            steps.inFirst.await();
        }
        assertThat(announcers.stuck()).hasSize(2);
        try (LogLines log = LogLines.open()) {
            announcers.interrupt();
            assertThat(log.with("pipeline 'telling': the interrupt")).hasSize(2);
        }
        assertThat(interrupted.getCount()).isZero();
        for (Steps steps : both) {
            steps.leaveFirst.countDown();
            assertThat(steps.secondIsInterrupted()).isFalse();
        }
    }

    /** Whether it was interrupted. */
    private static boolean awaitStubbornly(CountDownLatch latch) {
        boolean interrupted = false;
        while (true) {
            try {
                latch.await();
                return interrupted;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
    }
}
