// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core.lock;

import static io.github.esclusa.core.waiting.Given.given;
import static java.util.Objects.requireNonNull;

import com.google.common.collect.MapMaker;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;

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
 * <p>Asking for a lock while others are held puts it after them, even if it is given up in the end; only one that is refused
 * leaves nothing behind. An acquire that would put a lock both before and after
 * another, directly or by way of others, is an <em>inversion</em>: two threads that come by at the same time, one from
 * each side, wait for each other for ever. It is found by the order alone, so one thread is enough to show it, and by
 * the first acquire against the order, whether or not anybody holds the lock. What follows is the
 * {@link InversionPolicy}'s affair.
 *
 * <p>Only an acquire that might wait is checked: {@code tryLock()} without a timeout cannot deadlock, though what it takes
 * counts as held. A return from {@code Condition.await} takes its lock again and is checked, when the wait begins, against
 * the other locks that the thread holds. Locks of one order that are no longer used are forgotten with it. Several may have one
 * name: messages number the second and those after it, as they were made.
 *
 * <p>An acquire made while no other lock of the order is held costs a look into a map and an entry there for the thread,
 * which goes with its last lock; the same two locks again cost a look into a map each. Only the first time that two
 * locks meet takes a lock of the order's own and keeps a stack; only where they meet against the order in which the locks
 * were seen so far, it searches those between the two. One instance may be shared by any number of
 * threads and locks; there is none that a lock belongs to by default. The idea is that of the Linux kernel's <em>lockdep</em> and Guava's
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

    @GuardedBy("learning")
    private final TopologicalOrder places = new TopologicalOrder();

    /** How many locks of a name there have been, for each name that a lock still has. */
    private final ConcurrentMap<String, AtomicInteger> namesakes =
            new MapMaker().weakValues().makeMap();

    private LockOrder(String name, InversionPolicy policy) {
        this.name = requireNonNull(name, "the name of the lock order is null");
        this.policy = given(policy, "lock order", name, "policy");
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

    /** The place of a lock that has been made and has met no other. */
    OrderedNode place(String lock) {
        return new OrderedNode(lock, namesakes.computeIfAbsent(lock, any -> new AtomicInteger()));
    }

    /** The current thread is about to take a lock and may wait for it, or to give it up and take it again. */
    void beforeWait(OrderedNode taken) {
        List<OrderedNode> holds = held.get(Thread.currentThread());
        if (holds == null) {
            return;
        }
        for (int i = 0; i < holds.size(); i++) {
            if (meets(taken, holds.get(i))) {
                learn(holds, taken);
                return;
            }
        }
    }

    /** Whether two locks meet for the first time, as far as can be seen without the lock. */
    private static boolean meets(OrderedNode taken, OrderedNode other) {
        return other != taken && !taken.isKnownAfter(other);
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

    /** Puts a lock after those held, or after none of them where one refuses: then it is not taken at all. */
    private void learn(List<OrderedNode> holds, OrderedNode taken) {
        Map<OrderedNode, EarlierOrder> asked = new LinkedHashMap<>();
        for (OrderedNode other : holds) {
            if (meets(taken, other)) {
                asked.put(
                        other, new EarlierOrder(other.name, taken.name)); // its stack, while nobody waits for the lock
            }
        }
        Map<OrderedNode, List<EarlierOrder>> opposite;
        learning.lock();
        try {
            opposite = opposite(asked.keySet(), taken);
            if (opposite.isEmpty() || policy == InversionPolicy.WARN) {
                putAfter(asked, taken, opposite.keySet());
            }
        } finally {
            learning.unlock();
        }
        opposite.forEach((other, path) -> inverted(other, taken, path));
    }

    /** Of the locks held those that come after the one to be taken, with the acquires that say so. */
    @GuardedBy("learning")
    private Map<OrderedNode, List<EarlierOrder>> opposite(Set<OrderedNode> held, OrderedNode taken) {
        Map<OrderedNode, List<EarlierOrder>> opposite = new LinkedHashMap<>();
        for (OrderedNode other : held) {
            List<EarlierOrder> path = taken.isKnownAfter(other) ? null : places.opposite(other, taken);
            if (path != null) {
                opposite.put(other, path);
            }
        }
        return opposite;
    }

    @GuardedBy("learning")
    private void putAfter(Map<OrderedNode, EarlierOrder> asked, OrderedNode taken, Set<OrderedNode> opposite) {
        asked.forEach((other, here) -> {
            if (opposite.contains(other)) {
                taken.warned(other);
            } else if (!taken.isKnownAfter(other)) { // by another thread since this one looked
                taken.comesAfter(other, here);
            }
        });
    }

    private void inverted(OrderedNode other, OrderedNode taken, List<EarlierOrder> opposite) {
        inversions.increment();
        LockOrderException inversion = new LockOrderException(
                "thread '" + Thread.currentThread().getName() + "' takes lock " + taken.name + " while it holds "
                        + other.name + ", against the lock order '" + name + "', in which " + inWords(opposite)
                        + ": two threads that do so at once wait for each other for ever; take the two in one order"
                        + " everywhere",
                opposite);
        if (policy == InversionPolicy.REFUSE) {
            throw inversion;
        }
        LockLog.inverted(inversion);
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
