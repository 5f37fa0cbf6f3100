// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.net;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.github.esclusa.examples.collector.syslog.Frame;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** An intake that keeps what it accepts, and makes those wait for whom it has no room, until the test decides. */
final class TestIntake implements StreamIntake, DatagramIntake {

    private record Waiting(Frame frame, Consumer<Verdict> whenDecided) {}

    private static final long PATIENCE_SECONDS = 20;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final List<Frame> accepted = new ArrayList<>();
    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private Predicate<Frame> full = frame -> false;

    /** From now on frames like these have to wait. */
    void fullFor(Predicate<Frame> frames) {
        lock.lock();
        try {
            full = frames;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Verdict offer(Frame frame, Consumer<Verdict> whenDecided) {
        lock.lock();
        try {
            if (full.test(frame)) {
                waiting.add(new Waiting(frame, whenDecided));
                changed.signalAll();
                return Verdict.WAITING;
            }
            accepted.add(frame);
            changed.signalAll();
            return Verdict.ACCEPTED;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Verdict submit(Frame frame) {
        return offer(frame, verdict -> {});
    }

    /** Decides on the frame that has waited longest, on the test's thread. */
    void decide(Verdict verdict) {
        Waiting first;
        lock.lock();
        try {
            first = waiting.removeFirst();
            if (verdict == Verdict.ACCEPTED) {
                accepted.add(first.frame());
            }
        } finally {
            lock.unlock();
        }
        first.whenDecided().accept(verdict);
    }

    int waiting() {
        lock.lock();
        try {
            return waiting.size();
        } finally {
            lock.unlock();
        }
    }

    List<Frame> frames() {
        lock.lock();
        try {
            return List.copyOf(accepted);
        } finally {
            lock.unlock();
        }
    }

    List<String> texts() {
        return frames().stream()
                .map(frame -> new String(frame.bytes(), ISO_8859_1))
                .toList();
    }

    List<Frame> awaitFrames(int count) {
        await(() -> accepted.size() >= count, count + " frames accepted");
        return frames();
    }

    void awaitWaiting(int count) {
        await(() -> waiting.size() >= count, count + " frames waiting");
    }

    private void await(BooleanSupplier condition, String what) {
        long left = TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        lock.lock();
        try {
            while (!condition.getAsBoolean()) {
                if (left <= 0) {
                    throw new AssertionError("waited in vain for " + what + ": there are " + accepted.size()
                            + " accepted and " + waiting.size() + " waiting");
                }
                left = changed.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted while waiting for " + what, e);
        } finally {
            lock.unlock();
        }
    }
}
