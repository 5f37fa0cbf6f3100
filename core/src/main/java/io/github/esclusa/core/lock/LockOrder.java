// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core.lock;

import static java.util.Objects.requireNonNull;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The order in which a program takes its locks, learned as it takes them: it tells of two locks taken in opposite orders
 * before they ever deadlock.
 *
 * <pre>{@code
 * LockOrder order = LockOrder.named("bank");
 * InstrumentedLock checking = InstrumentedLock.builder("checking").order(order).build();
 * InstrumentedLock savings = InstrumentedLock.builder("savings").order(order).build();
 * }</pre>
 *
 * <p>Taking a lock while others are held puts it after them. An acquire that would put a lock both before and after
 * another, directly or by way of others, is an <em>inversion</em>: two threads that come by at the same time, one from
 * each side, wait for each other for ever. It is found by the order alone, so one thread is enough to show it, and by
 * the first acquire against the order, whether or not anybody holds the lock. What follows is the
 * {@link InversionPolicy}'s affair.
 *
 * <p>Only an acquire that might wait is checked: {@code tryLock()} without a timeout cannot deadlock, though what it takes
 * counts as held. A return from {@code Condition.await} takes its lock again and is checked, when the wait begins, against
 * the other locks that the thread holds. Locks of one order that are no longer used are forgotten with it.
 *
 * <p>An acquire made while no other lock of the order is held costs a look into a map and an entry there for the thread,
 * which goes with its last lock; the same two locks again cost a look into a map each. Only the first time that two
 * locks meet takes a lock of the order's own, and keeps a stack. One instance may be shared by any number of threads and locks; there is none that
 * a lock belongs to by default. The idea is that of the Linux kernel's <em>lockdep</em> and Guava's
 * {@code CycleDetectingLockFactory}.
 */
public final class LockOrder {

    private final String name;
    private final InversionPolicy policy;
    private final LongAdder inversions = new LongAdder();

    /** What each thread holds, in the order of taking; written by that thread, no entry while it holds nothing. */
    private final Map<Thread, List<OrderedNode>> held = new ConcurrentHashMap<>();

    /** Held while two locks that meet for the first time are put in order, so that no two threads do so at once. */
    private final ReentrantLock learning = new ReentrantLock();

    private LockOrder(String name, InversionPolicy policy) {
        this.name = requireNonNull(name, "name");
        this.policy = requireNonNull(policy, "policy");
        if (name.isBlank()) {
            throw new IllegalArgumentException("the name of the lock order is blank: say whose locks they are");
        }
    }

    /**
     * An order that refuses inversions.
     *
     * @param name whose locks they are; stands in messages
     * @return an order that knows no locks yet
     * @throws IllegalArgumentException if the name is blank
     */
    public static LockOrder named(String name) {
        return new LockOrder(name, InversionPolicy.REFUSE);
    }

    /**
     * An order that does as told about inversions.
     *
     * @param name whose locks they are; stands in messages
     * @param policy what to do
     * @return an order that knows no locks yet
     * @throws IllegalArgumentException if the name is blank
     */
    public static LockOrder named(String name, InversionPolicy policy) {
        return new LockOrder(name, policy);
    }

    /**
     * The name this order was given.
     *
     * @return the name
     */
    public String name() {
        return name;
    }

    /**
     * How many inversions were refused, or warned of, so far.
     *
     * @return their number; those that were warned of count once for each two locks
     */
    public long inversions() {
        return inversions.sum();
    }

    /** The current thread is about to take a lock and may wait for it, or to give it up and take it again. */
    void beforeWait(OrderedNode taken) {
        List<OrderedNode> holds = held.get(Thread.currentThread());
        if (holds == null) {
            return;
        }
        for (int i = 0; i < holds.size(); i++) {
            OrderedNode other = holds.get(i);
            if (other != taken && !taken.isKnownAfter(other)) {
                learn(other, taken);
            }
        }
    }

    void taken(OrderedNode node) {
        Thread thread = Thread.currentThread();
        List<OrderedNode> holds = held.get(thread);
        if (holds == null) {
            holds = new ArrayList<>(2);
            held.put(thread, holds);
        }
        holds.add(node);
    }

    /** In any order; the last taken is looked at first, since it is the first to go in most programs. */
    void released(OrderedNode node) {
        Thread thread = Thread.currentThread();
        List<OrderedNode> holds = held.get(thread);
        if (holds == null) {
            return;
        }
        for (int i = holds.size() - 1; i >= 0; i--) {
            if (holds.get(i) == node) {
                holds.remove(i);
                break;
            }
        }
        if (holds.isEmpty()) {
            held.remove(thread);
        }
    }

    private void learn(OrderedNode other, OrderedNode taken) {
        EarlierOrder here = new EarlierOrder(other.name, taken.name);
        List<EarlierOrder> opposite;
        learning.lock();
        try {
            opposite = putAfter(other, taken, here);
        } finally {
            learning.unlock();
        }
        if (opposite == null) {
            return;
        }
        inversions.increment();
        LockOrderException inversion = new LockOrderException(
                "thread '" + Thread.currentThread().getName() + "' takes lock '" + taken.name + "' while it holds '"
                        + other.name + "', against the lock order '" + name + "', in which " + inWords(opposite)
                        + ": two threads that do so at once wait for each other for ever; take the two in one order"
                        + " everywhere",
                opposite);
        if (policy == InversionPolicy.REFUSE) {
            throw inversion;
        }
        LockLog.inverted(inversion);
    }

    /** Answers the acquires that say the opposite; {@code null} if none does. */
    @GuardedBy("learning")
    private @Nullable List<EarlierOrder> putAfter(OrderedNode other, OrderedNode taken, EarlierOrder here) {
        if (taken.isKnownAfter(other)) {
            return null; // learned by another thread since the caller looked
        }
        List<EarlierOrder> opposite = other.pathFrom(taken);
        if (opposite == null) {
            taken.comesAfter(other, here);
        } else if (policy == InversionPolicy.WARN) {
            taken.warned(other);
        }
        return opposite;
    }

    private static String inWords(List<EarlierOrder> opposite) {
        StringBuilder words = new StringBuilder();
        for (EarlierOrder step : opposite) {
            words.append(words.length() == 0 ? "" : ", and ").append(step.getMessage());
        }
        return words.toString();
    }

    @Override
    public String toString() {
        return "LockOrder(" + name + ", " + policy + ", " + inversions() + " inversions)";
    }
}
