// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.startup;

import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A component that behaves as a dice said, and keeps the account of what was done to it. */
final class TorturePart implements Callable<AutoCloseable> {

    /** What a factory or a close does. */
    enum Behaviour {
        WORKS,
        SLOW,
        THROWS,
        THROWS_ERROR,
        RETURNS_NULL,
        /** Until it is interrupted. */
        HANGS,
        /** Until the run is over, whoever interrupts it; then works. */
        STUBBORN
    }

    final String name;
    final Behaviour onStart;
    final Behaviour onClose;
    final List<TorturePart> needs;
    final Throwable startFailure;
    final Throwable closeFailure;

    private final int startMicros;
    private final int closeMicros;
    private final AtomicInteger sequence;
    private final CountDownLatch runOver;

    final AtomicInteger calls = new AtomicInteger();
    final AtomicInteger returns = new AtomicInteger();
    final AtomicInteger made = new AtomicInteger();
    final AtomicInteger closes = new AtomicInteger();
    final AtomicInteger closesDone = new AtomicInteger();

    // Moments in the order of the run; single writer: the thread in the factory, then the one in close().
    volatile int startedAt = Integer.MAX_VALUE;
    volatile int madeAt = Integer.MAX_VALUE;
    volatile int closingAt = Integer.MAX_VALUE;
    volatile int closedAt = Integer.MAX_VALUE;

    TorturePart(
            String name,
            boolean strict,
            Random dice,
            List<TorturePart> needs,
            AtomicInteger sequence,
            CountDownLatch runOver) {
        this.name = name;
        this.needs = needs;
        this.sequence = sequence;
        this.runOver = runOver;
        this.onStart = onStart(dice, strict);
        this.onClose = onClose(dice, strict);
        this.startMicros = dice.nextInt(1_500);
        this.closeMicros = dice.nextInt(1_500);
        this.startFailure = onStart == Behaviour.THROWS_ERROR ? new AssertionError(name) : new Exception(name);
        this.closeFailure = onClose == Behaviour.THROWS_ERROR ? new AssertionError(name) : new Exception(name);
    }

    private static Behaviour onStart(Random dice, boolean strict) {
        return switch (dice.nextInt(24)) {
            case 0 -> Behaviour.THROWS;
            case 1 -> Behaviour.THROWS_ERROR;
            case 2 -> Behaviour.RETURNS_NULL;
            case 3 -> strict ? Behaviour.SLOW : Behaviour.HANGS;
            case 4 -> strict ? Behaviour.SLOW : Behaviour.STUBBORN;
            case 5, 6, 7, 8, 9, 10, 11, 12 -> Behaviour.SLOW;
            default -> Behaviour.WORKS;
        };
    }

    private static Behaviour onClose(Random dice, boolean strict) {
        return switch (dice.nextInt(16)) {
            case 0 -> Behaviour.THROWS;
            case 1 -> Behaviour.THROWS_ERROR;
            case 2 -> strict ? Behaviour.SLOW : Behaviour.HANGS;
            case 3 -> strict ? Behaviour.SLOW : Behaviour.STUBBORN;
            case 4, 5, 6, 7 -> Behaviour.SLOW;
            default -> Behaviour.WORKS;
        };
    }

    /** Whether the gate may call this one's factory failed although nobody interrupted it. */
    boolean failsByItself() {
        return onStart == Behaviour.THROWS || onStart == Behaviour.THROWS_ERROR || onStart == Behaviour.RETURNS_NULL;
    }

    @Override
    @SuppressWarnings("NullAway") // returns null on purpose
    public AutoCloseable call() throws Exception {
        calls.incrementAndGet();
        startedAt = sequence.incrementAndGet();
        try {
            behave(onStart, startMicros, startFailure);
            if (onStart == Behaviour.RETURNS_NULL) {
                return null;
            }
            made.incrementAndGet();
            madeAt = sequence.incrementAndGet();
            return this::close;
        } finally {
            returns.incrementAndGet();
        }
    }

    private void close() throws Exception {
        closes.incrementAndGet();
        closingAt = sequence.incrementAndGet();
        try {
            behave(onClose, closeMicros, closeFailure);
        } finally {
            closedAt = sequence.incrementAndGet();
            closesDone.incrementAndGet();
        }
    }

    private void behave(Behaviour behaviour, int micros, Throwable failure) throws Exception {
        switch (behaviour) {
            case WORKS, RETURNS_NULL -> {}
            case SLOW -> {
                if (runOver.await(micros, TimeUnit.MICROSECONDS)) {
                    return;
                }
            }
            case THROWS -> throw (Exception) failure;
            case THROWS_ERROR -> throw (Error) failure;
            case HANGS -> runOver.await();
            case STUBBORN -> Journal.awaitStubbornly(runOver);
        }
    }

    @Override
    public String toString() {
        return name + "(start " + onStart + ", close " + onClose + ", after "
                + needs.stream().map(part -> part.name).toList() + ", called " + calls + ", made " + made + ", closes "
                + closes + ", at " + startedAt + " " + madeAt + " " + closingAt + " " + closedAt + ")";
    }
}
