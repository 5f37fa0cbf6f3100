// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.github.esclusa.core.waiting.WaitLock;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;

/** The races of the condition that everything waits on: a signal against each way in which a waiter may leave. */
public class WaitSetStress {

    private static final long LONG = TimeUnit.SECONDS.toNanos(10);

    /** There was a token, and nobody woke the one who waited for it. */
    private static final int OVERSLEPT = -1;

    /** Not made: a place for its tests. */
    private WaitSetStress() {}

    /** About as long as a third thread needs to come; nanoseconds, as all times here. */
    private static long soon() {
        return ThreadLocalRandom.current().nextLong(50_000);
    }

    /** What two wait for, and a third thread gives once both have come. */
    private static final class Tokens {

        private final int first;
        private final WaitLock lock = new WaitLock();
        private final Condition given = lock.newCondition();

        /** Guarded by the lock, as is the other. */
        private int arrived;

        private int left;

        /** The third thread gives so many at once. */
        Tokens(int first) {
            this.first = first;
        }

        /** Gives some, with a signal for each. */
        void give(int count) {
            lock.lock();
            try {
                left += count;
                for (int i = 0; i < count; i++) {
                    given.signal();
                }
            } finally {
                lock.unlock();
            }
        }

        /** Takes one, and answers 1; or 0 when the time is up. Of a wait that is long it is never up. */
        int take(long nanos) {
            lock.lock();
            try {
                if (++arrived == 2) {
                    Third.does(() -> give(first)); // the lock is free for it when this thread waits
                }
                long rest = nanos;
                while (left == 0) {
                    if (rest <= 0) {
                        return 0;
                    }
                    rest = given.awaitNanos(rest);
                }
                left--;
                return nanos == LONG && rest <= 0 ? OVERSLEPT : 1;
            } catch (InterruptedException e) {
                throw new AssertionError("interrupted by nobody", e);
            } finally {
                lock.unlock();
            }
        }
    }

    /** One signal, and two waiters, of whom one is about to leave: it has the token, or the other is told of it. */
    @JCStressTest
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "told in time, and told the other")
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "left, and the other was told")
    @Outcome(expect = FORBIDDEN, desc = "The signal went to one that had left.")
    @State
    public static class SignalAgainstTimeout {

        private final Tokens tokens = new Tokens(1);

        /**
         * Waits a moment, and hands on what it gets.
         *
         * @param result first: whether it got a token
         */
        @Actor
        public void impatient(II_Result result) {
            result.r1 = tokens.take(soon());
            if (result.r1 == 1) {
                tokens.give(1);
            }
        }

        /**
         * Waits.
         *
         * @param result second: whether it got a token
         */
        @Actor
        public void patient(II_Result result) {
            result.r2 = tokens.take(LONG);
        }
    }

    /** Two signals in one hold: the first of those told is woken by whoever told it, the second by the first as it leaves. */
    @JCStressTest
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "both told")
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "one left, which held the other up in nothing")
    @Outcome(expect = FORBIDDEN, desc = "The first left, and did not wake the second.")
    @State
    public static class HandOver {

        private final Tokens tokens = new Tokens(2);

        /**
         * Waits, often a moment only.
         *
         * @param result first: whether it got a token
         */
        @Actor
        public void impatient(II_Result result) {
            result.r1 = tokens.take(ThreadLocalRandom.current().nextBoolean() ? soon() : LONG);
        }

        /**
         * Waits.
         *
         * @param result second: whether it got a token
         */
        @Actor
        public void patient(II_Result result) {
            result.r2 = tokens.take(LONG);
        }
    }

    /** A lone waiter that is told and interrupted has been told: the signal is not spent on an exception. */
    @JCStressTest
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "told, the interrupt kept")
    @Outcome(id = "2, 0", expect = ACCEPTABLE, desc = "sent away by the interrupt; the signal found nobody")
    @Outcome(expect = FORBIDDEN, desc = "The signal or the interrupt is lost.")
    @State
    public static class SignalAgainstInterrupt {

        private static final int TOLD = 1;
        private static final int SENT_AWAY = 2;

        private final WaitLock lock = new WaitLock();
        private final Condition set = lock.newCondition();

        /** Guarded by the lock. */
        private boolean inside;

        private volatile @Nullable Thread waiter;
        private volatile boolean interrupted;

        /**
         * Waits.
         *
         * @param result first: how it left; its interrupt is there in any case, and taken away again
         */
        @Actor
        @SuppressWarnings({"WaitNotInLoop", "ThreadPriorityCheck"
        }) // asked of this very wait; a spin holds up the other
        public void waits(II_Result result) {
            waiter = Thread.currentThread();
            lock.lock();
            try {
                inside = true;
                set.await();
                result.r1 = TOLD;
            } catch (InterruptedException e) {
                result.r1 = SENT_AWAY;
            } finally {
                inside = false;
                lock.unlock();
            }
            while (!interrupted) {
                Thread.yield();
            }
            if (!Thread.interrupted() && result.r1 == TOLD) {
                result.r1 = -1;
            }
        }

        /**
         * Interrupts and signals, the one before or after the other.
         *
         * @param result second: whether the signal found somebody
         */
        @Actor
        @SuppressWarnings("ThreadPriorityCheck")
        public void tells(II_Result result) {
            Thread target = waiter;
            while (target == null) {
                Thread.yield();
                target = waiter;
            }
            boolean interruptsFirst = ThreadLocalRandom.current().nextBoolean();
            if (interruptsFirst) {
                target.interrupt();
            }
            lock.lock();
            try {
                result.r2 = inside ? 1 : 0;
                set.signal();
            } finally {
                lock.unlock();
            }
            if (!interruptsFirst) {
                target.interrupt();
            }
            interrupted = true;
        }
    }

    /** Each signals and waits in one hold: what was written before is seen by whoever has the lock next, however often held. */
    @JCStressTest
    @Outcome(id = "7, 1, 2", expect = ACCEPTABLE, desc = "asked and answered, the lock held twice again")
    @Outcome(expect = FORBIDDEN, desc = "A stale value, or a lock let go by half.")
    @State
    public static class QuestionAndAnswer {

        private final WaitLock lock = new WaitLock();
        private final Condition changed = lock.newCondition();

        /** Guarded by the lock, as is the other. */
        private int question;

        private int answer;

        /**
         * Asks, and waits for the answer.
         *
         * @param result first: the answer; third: how often it holds the lock then
         */
        @Actor
        public void asks(III_Result result) {
            lock.lock();
            try {
                askOnceMoreHeld(result);
            } finally {
                lock.unlock();
            }
        }

        private void askOnceMoreHeld(III_Result result) {
            lock.lock();
            try {
                question = 1;
                changed.signal();
                while (answer == 0) {
                    changed.awaitUninterruptibly();
                }
                result.r1 = answer;
                result.r3 = lock.getHoldCount();
            } finally {
                lock.unlock();
            }
        }

        /**
         * Waits for the question, and answers.
         *
         * @param result second: the question
         */
        @Actor
        public void answers(III_Result result) {
            lock.lock();
            try {
                while (question == 0) {
                    changed.awaitUninterruptibly();
                }
                result.r2 = question;
                answer = 7;
                changed.signal();
            } finally {
                lock.unlock();
            }
        }
    }
}
