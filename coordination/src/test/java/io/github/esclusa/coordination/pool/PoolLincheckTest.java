// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.pool;

import static org.jetbrains.lincheck.datastructures.ManagedStrategyGuaranteeKt.forClasses;

import io.github.esclusa.core.time.Clock;
import io.github.esclusa.core.time.Deadline;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import org.jetbrains.lincheck.Lincheck;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.jetbrains.lincheck.datastructures.ThreadIdGen;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The pool's hand-over against a sequential specification: a stack of resources, each in the pool, in one thread's hands,
 * or gone.
 *
 * <p>Checked is {@link HandOver} itself, with jobs that are never run, so that it is the interleaving alone that decides.
 * A lease taken with a zero timeout goes the long way, through the queue.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class PoolLincheckTest {

    private static final int RESOURCES = 2;
    private static final int THREADS = 2;

    /** How many times the scenarios of an ordinary build: -Ptorture raises it. */
    private static final int EFFORT = Integer.getInteger("esclusa.lincheck.effort", 1);

    /** No pool around the hand-over: Lincheck would have to transform all its classes, and the leases never ask for it. */
    @SuppressWarnings("NullAway")
    private static final ResourcePool<Integer> NO_POOL = null;

    /** The operations on the real hand-over. All is lent to begin with, one to each thread: else nobody would have to wait. */
    @Param(name = "thread", gen = ThreadIdGen.class)
    public static class Operations {

        private final HandOver<Integer> handOver =
                new HandOver<>(settings(RESOURCES), new PoolTime(new StoppedClock()), this::start, new Job.Maker<>());
        private final Queue<Job.Create<Integer>> creations = new ConcurrentLinkedQueue<>();
        private final List<Deque<Lease<Integer>>> held = new ArrayList<>();
        private final List<Deque<Lease<Integer>>> ended = new ArrayList<>();

        public Operations() {
            handOver.fill();
            for (int i = 0; i < RESOURCES; i++) {
                handOver.created(creations.remove(), i, 0);
            }
            for (int i = 0; i < THREADS + 2; i++) {
                held.add(new ArrayDeque<>());
                ended.add(new ArrayDeque<>());
            }
            for (int thread = 1; thread <= THREADS; thread++) {
                tryAcquire(thread);
            }
        }

        @Operation
        public int tryAcquire(@Param(name = "thread") int thread) {
            Lease<Integer> lease = new Lease<>(NO_POOL, Thread.currentThread());
            return switch (handOver.tryLend(lease, 0, Allotment.Asking.MAY_WAIT)) {
                case LEASED -> hold(thread, lease);
                case NONE -> -1;
                case CLOSED -> -2;
            };
        }

        @Operation
        public int acquireWithoutTime(@Param(name = "thread") int thread) throws InterruptedException {
            Lease<Integer> lease = new Lease<>(NO_POOL, Thread.currentThread());
            Waiter<Integer> waiter = handOver.join(lease, 0);
            return switch (handOver.await(waiter, Deadline.after(Duration.ZERO, new StoppedClock()))) {
                case SUCCESS -> hold(thread, lease);
                case TIMEOUT -> -1;
                default -> -2;
            };
        }

        @Operation
        public boolean close(@Param(name = "thread") int thread) {
            Lease<Integer> lease = held.get(thread).pollLast();
            if (lease == null) {
                return false;
            }
            ended.get(thread).addLast(lease);
            return handOver.giveBack(lease, 0);
        }

        @Operation
        public boolean invalidate(@Param(name = "thread") int thread) {
            Lease<Integer> lease = held.get(thread).pollLast();
            if (lease == null) {
                return false;
            }
            ended.get(thread).addLast(lease);
            return handOver.discard(lease);
        }

        @Operation
        public boolean closeAgain(@Param(name = "thread") int thread) {
            Lease<Integer> lease = ended.get(thread).peekLast();
            return lease != null && handOver.giveBack(lease, 0);
        }

        @Operation
        public int closePool() {
            return handOver.close().size();
        }

        private void start(Job<Integer> job) {
            if (job instanceof Job.Create<Integer> creation) {
                creations.add(creation);
            }
        }

        private int hold(int thread, Lease<Integer> lease) {
            held.get(thread).addLast(lease);
            return lease.get();
        }
    }

    /** What they mean, one at a time. */
    @SuppressWarnings("unused") // Called by Lincheck, by name.
    public static class Specification {

        private final Deque<Integer> idle = new ArrayDeque<>();
        private final List<Deque<Integer>> held = new ArrayList<>();
        private boolean closed;

        public Specification() {
            for (int i = 0; i < RESOURCES; i++) {
                idle.addLast(i);
            }
            for (int i = 0; i < THREADS + 2; i++) {
                held.add(new ArrayDeque<>());
            }
            for (int thread = 1; thread <= THREADS; thread++) {
                tryAcquire(thread);
            }
        }

        public int tryAcquire(int thread) {
            if (closed) {
                return -2;
            }
            Integer resource = idle.pollLast();
            if (resource == null) {
                return -1;
            }
            held.get(thread).addLast(resource);
            return resource;
        }

        public int acquireWithoutTime(int thread) {
            return tryAcquire(thread);
        }

        public boolean close(int thread) {
            Integer resource = held.get(thread).pollLast();
            if (resource != null && !closed) {
                idle.addLast(resource);
            }
            return resource != null;
        }

        public boolean invalidate(int thread) {
            return held.get(thread).pollLast() != null;
        }

        public boolean closeAgain(int thread) {
            return false;
        }

        public int closePool() {
            int destroyed = closed ? 0 : idle.size();
            closed = true;
            idle.clear();
            return destroyed;
        }
    }

    @Test
    void handOverIsLinearizableUnderModelChecking() {
        new ModelCheckingOptions()
                .iterations(6 * EFFORT)
                .invocationsPerIteration(15)
                .threads(THREADS)
                .actorsPerThread(4)
                .minimizeFailedScenario(false)
                // plain state under the lock, but for the look whether anything is planned: one read
                .addGuarantee(forClasses(Chain.class.getName()).allMethods().treatAsAtomic())
                .sequentialSpecification(Specification.class)
                .check(Operations.class);
    }

    @Test
    void handOverIsLinearizableUnderStress() {
        new StressOptions()
                .iterations(8 * EFFORT)
                .invocationsPerIteration(50)
                .threads(THREADS)
                .actorsPerThread(4)
                .minimizeFailedScenario(false)
                .sequentialSpecification(Specification.class)
                .check(Operations.class);
    }

    /** One resource, which is lent; its return, the close and the interrupt race for a thread that waits for it. */
    @Test
    void blockedAcquireThatRacesAReturnIsGranted() {
        Lincheck.runConcurrentTest(15 * EFFORT, () -> {
            OneLent pool = new OneLent();
            Borrower borrower = pool.borrower();
            borrower.start();
            pool.giveBack(); // a borrower that misses it hangs, and Lincheck reports the deadlock
            borrower.join();
            require(borrower.outcome == AcquireOutcome.SUCCESS, "it ended with " + borrower.outcome);
            pool.requireOneResource(borrower, 0);
        });
    }

    @Test
    void blockedAcquireThatRacesACloseIsClosed() {
        Lincheck.runConcurrentTest(15 * EFFORT, () -> {
            OneLent pool = new OneLent();
            Borrower borrower = pool.borrower();
            borrower.start();
            pool.handOver.close(); // a borrower that misses it hangs
            borrower.join();
            require(borrower.outcome == AcquireOutcome.CLOSED, "it ended with " + borrower.outcome);
            pool.giveBack();
            pool.requireOneResource(borrower, 0);
        });
    }

    @Test
    void blockedAcquireThatRacesAReturnAndACloseIsGrantedOrClosedNeverBoth() {
        Lincheck.runConcurrentTest(15 * EFFORT, () -> {
            OneLent pool = new OneLent();
            Borrower borrower = pool.borrower();
            Thread giver = new Thread(pool::giveBack);
            borrower.start();
            giver.start();
            int destroyed = pool.handOver.close().size(); // a borrower that nobody answers hangs
            borrower.join();
            join(giver);
            require(
                    borrower.outcome == AcquireOutcome.SUCCESS || borrower.outcome == AcquireOutcome.CLOSED,
                    "it ended with " + borrower.outcome);
            pool.requireOneResource(borrower, destroyed);
        });
    }

    @Test
    void blockedAcquireThatRacesAReturnAndAnInterruptIsGrantedOrLeavesItToTheNext() {
        Lincheck.runConcurrentTest(15 * EFFORT, () -> {
            OneLent pool = new OneLent();
            Borrower borrower = pool.borrower();
            borrower.start();
            borrower.thread.interrupt();
            pool.giveBack();
            borrower.join();
            require(
                    borrower.outcome == AcquireOutcome.SUCCESS || borrower.interrupted,
                    "it ended with " + borrower.outcome);
            pool.requireOneResource(borrower, 0);
        });
    }

    /** A hand-over of one resource, which is lent to begin with. */
    private static final class OneLent {

        final Queue<Job<Integer>> jobs = new ConcurrentLinkedQueue<>();
        final HandOver<Integer> handOver =
                new HandOver<>(settings(1), new PoolTime(new StoppedClock()), jobs::add, new Job.Maker<>());
        final Lease<Integer> lent = new Lease<>(NO_POOL, Thread.currentThread());

        OneLent() {
            handOver.fill();
            handOver.created((Job.Create<Integer>) jobs.remove(), 0, 0);
            handOver.tryLend(lent, 0, Allotment.Asking.MAY_WAIT);
        }

        void giveBack() {
            require(handOver.giveBack(lent, 0), "the lease held nothing");
        }

        Borrower borrower() {
            return new Borrower(handOver);
        }

        /** It is lent to whoever was granted it, or idle, or due to be destroyed: one of them, once. */
        void requireOneResource(Borrower borrower, int destroyedByClose) {
            PoolState state = handOver.state();
            int granted = borrower.endsItsLease() ? 1 : 0;
            int destroyed = destroyedByClose + jobs.size();
            require(granted == (borrower.outcome == AcquireOutcome.SUCCESS ? 1 : 0), "granted and " + borrower.outcome);
            require(state.active() == granted, state + " with " + granted + " granted");
            require(state.waiting() == 0, state + " when all have left");
            require(granted + state.idle() + destroyed == 1, state + " with " + destroyed + " destroyed");
        }
    }

    /** A thread that waits for a lease without end. */
    private static final class Borrower {

        final Thread thread = new Thread(this::acquire);
        private final HandOver<Integer> handOver;
        private final Lease<Integer> lease = new Lease<>(NO_POOL, thread);

        /** Written by its thread. */
        @Nullable
        AcquireOutcome outcome;

        boolean interrupted;

        Borrower(HandOver<Integer> handOver) {
            this.handOver = handOver;
        }

        void start() {
            thread.start();
        }

        void join() {
            PoolLincheckTest.join(thread);
        }

        private void acquire() {
            Waiter<Integer> waiter = handOver.join(lease, 0);
            try {
                outcome = handOver.await(waiter, Deadline.after(Duration.ofDays(1), new StoppedClock()));
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }

        boolean endsItsLease() {
            return lease.end() != null;
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static void require(boolean condition, String otherwise) {
        if (!condition) {
            throw new AssertionError(otherwise);
        }
    }

    private static PoolSettings settings(int resources) {
        return new PoolSettings(
                "checked",
                resources,
                resources,
                resources,
                Duration.ZERO,
                Duration.ZERO,
                PoolSettings.Validation.NEVER,
                Duration.ZERO);
    }

    private static final class StoppedClock implements Clock {
        @Override
        public long nanoTime() {
            return 0;
        }

        @Override
        @SuppressWarnings("WaitNotInLoop") // The loop is the hand-over's.
        public void awaitUntil(Lock lock, Condition condition, long deadlineNanos) throws InterruptedException {
            condition.await();
        }
    }
}
