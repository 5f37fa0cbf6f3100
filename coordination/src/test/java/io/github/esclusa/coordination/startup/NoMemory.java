// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.startup;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Run in a small JVM of its own: all the memory there is is taken, and given back a moment later. Meanwhile a close comes
 * back to one gate that stops, a factory of another fails, and the action of a barrier throws. Ends with 0 if each of them
 * is at its end then, and says why.
 */
@SuppressWarnings("UnusedVariable") // what is held is held for its size
final class NoMemory {

    private static final Duration LONG = Duration.ofSeconds(60);

    private static volatile @Nullable Object @Nullable [] held;
    private static volatile boolean full;

    private static final CountDownLatch ready = new CountDownLatch(3);

    /** Each waits for the others, and then for the memory to be gone, without taking any. */
    private static void awaitFull() {
        ready.countDown();
        while (!full) {
            LockSupport.parkNanos(1_000_000);
        }
    }

    private static void fill() {
        for (int size = 1 << 20; size > 0; size /= 2) {
            try {
                while (true) {
                    @Nullable Object[] more = new @Nullable Object[size];
                    more[0] = held;
                    held = more;
                }
            } catch (OutOfMemoryError e) {
                // smaller ones may fit
            }
        }
    }

    private interface Call {
        void run() throws Exception;
    }

    private static Thread run(String name, Call call) {
        Thread thread = new Thread(
                () -> {
                    try {
                        call.run();
                    } catch (Throwable expected) { // by whom it matters: it is asked for again, with memory
                        return;
                    }
                },
                name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private static <T extends Throwable> T thrown(Class<T> kind, Call call) {
        try {
            call.run();
        } catch (Throwable e) {
            return kind.cast(e);
        }
        throw new AssertionError("nothing was thrown");
    }

    public static void main(String[] args) throws Exception {
        Error failure = new Error("on purpose");
        StartupGate.Builder one = StartupGate.builder("stops");
        Component<AutoCloseable> needed = one.component("needed", () -> () -> {});
        one.component("first", () -> NoMemory::awaitFull).after(needed);
        StartupGate stops = one.start(LONG);

        StartupGate.Builder other = StartupGate.builder("fails");
        Component<AutoCloseable> there = other.component("there", () -> () -> {});
        other.component("culprit", () -> {
                    awaitFull();
                    throw failure;
                })
                .after(there);
        StartupGate fails = other.build();

        Barrier barrier = Barrier.builder("breaks")
                .parties(2)
                .whenAllHere(() -> {
                    awaitFull();
                    throw failure;
                })
                .build();

        List<Thread> threads = List.of(
                run("stops", () -> stops.stop(LONG)),
                run("fails", () -> fails.start(LONG)),
                run("party", barrier::await),
                run("party", barrier::await));
        ready.await();
        fill();
        full = true;
        long start = System.nanoTime();
        while (System.nanoTime() - start < 500_000_000) {
            LockSupport.parkNanos(50_000_000);
        }
        held = null;

        for (Thread thread : threads) {
            thread.join(20_000);
            check(!thread.isAlive(), thread + " waits for ever");
        }
        StopReport report = stops.stop(LONG);
        check(report.with(StopReport.Outcome.CLOSED).equals(List.of("needed", "first")), report);
        check(stops.state() == GateState.STOPPED, stops);
        StartupFailed failed = thrown(StartupFailed.class, () -> fails.awaitReady(LONG));
        check(failed.reason() == StartupFailed.Reason.COMPONENT_FAILED && failed.getCause() == failure, failed);
        check(failed.culprits().equals(List.of("culprit")), failed);
        check(fails.stop(LONG).with(StopReport.Outcome.CLOSED).equals(List.of("there")), fails.components());
        BarrierBroken broken = thrown(BarrierBroken.class, barrier::await);
        check(broken.getCause() == failure, broken);
        Runtime.getRuntime().halt(0);
    }

    private static void check(boolean good, Object what) {
        if (!good) {
            System.out.println(what);
            Runtime.getRuntime().halt(1);
        }
    }
}
