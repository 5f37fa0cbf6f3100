// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.buffer;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.esclusa.core.time.Clock;
import io.github.esclusa.core.time.Deadline;
import io.github.esclusa.core.waiting.WaitLock;
import io.github.esclusa.pipeline.policy.Overflow;
import io.github.esclusa.pipeline.report.Admission;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A queue whose bound is a credit: a message takes it when it is admitted and gives it back when it is settled
 * ({@link #release}), not when it is polled. So the bound holds for everything that has come in and not gone out,
 * wherever it is.
 *
 * <pre>
 *            admit              poll              release
 *   (line) ────────▶ queued ──────────▶ in flight ────────▶ gone
 *                      └───drop-oldest─────────────────────▶
 * </pre>
 *
 * <p>One lock guards queue, credit and line. Whoever gives credit back admits, under the same lock and in order, those
 * in line for whom there is room now: a message in line is admitted <em>for</em> its producer, so a woken producer has
 * nothing left to lose a race for, and nobody can barge in between. While anybody is in line, newcomers go to its end.
 * A producer that leaves the line (timeout, interrupt) does so under the lock and then admits those behind it that it
 * had held up.
 *
 * <p>Callbacks and events are called outside the lock.
 *
 * @param <E> the type of message
 */
public final class BoundedBuffer<E extends Admissible> {

    private final int capacity;
    private final Overflow overflow;
    private final Clock clock;

    private final BufferEvents<? super E> events;
    private final Answers answers;

    private final WaitLock lock = new WaitLock();

    /** Changed under the lock; its counts are read without it. */
    private final Stock<E> stock;

    @GuardedBy("lock")
    private final Line<E> line = new Line<>();

    /** Those in line at the close, whose callbacks have not heard of it. */
    @GuardedBy("lock")
    private @Nullable Waiter<E> turnedAway;

    /** Written under the lock, read without it. */
    private volatile boolean full;

    /** Set once, before the lock is taken to empty the line; whoever wants in reads it under the lock. */
    private volatile boolean closed;

    /**
     * A buffer, open and empty.
     *
     * @param capacity how many messages may be admitted and not yet released; at least 1
     * @param maxWeight how much they may weigh together
     * @param workers how many poll; so many messages may be out, polled and not released, in any case
     * @param overflow what to do when there is no room
     * @param clock measures how long producers wait
     * @param events told of what happens
     */
    public BoundedBuffer(
            int capacity, long maxWeight, int workers, Overflow overflow, Clock clock, BufferEvents<? super E> events) {
        this.capacity = capacity;
        this.stock = new Stock<>(new Room(capacity, maxWeight), Allowance.of(overflow, capacity, maxWeight, workers));
        this.overflow = overflow;
        this.clock = clock;
        this.events = events;
        this.answers = new Answers(events, clock);
    }

    /**
     * How many messages a buffer lets out, polled and not released, as far as weight does not bound them sooner.
     *
     * @param overflow what it does when there is no room
     * @param capacity how many messages it admits
     * @param workers how many poll
     * @return the number of messages, at the most
     */
    public static int mostOut(Overflow overflow, int capacity, int workers) {
        return Math.min(capacity, Allowance.mostOut(overflow, capacity, workers));
    }

    /**
     * Admits a message, or does what the overflow policy says; waits only if that says so. Where it does, this goes straight
     * into the line: who expects room asks {@link #offer(Admissible)} first.
     *
     * @param element the message
     * @return the answer; never {@link Admission#WAITING}
     * @throws InterruptedException if interrupted while waiting; the message was not admitted. An interrupt that comes
     *     when the message has been admitted already leaves the thread's flag set instead.
     */
    public Admission put(E element) throws InterruptedException {
        return overflow instanceof Overflow.Block block ? waitForRoom(element, block.timeout()) : offer(element);
    }

    /**
     * Admits a message if there is room, or can be made without waiting.
     *
     * @param element the message
     * @return the answer; {@link Admission#FULL} where {@link #put} would have waited
     */
    public Admission offer(E element) {
        Admission answer = tryAdmit(element);
        if (answer == Admission.FULL && overflow instanceof Overflow.DropOldest) {
            return admitDroppingOldest(element);
        }
        return answer;
    }

    /**
     * Admits a message without waiting, or puts it in line where the overflow policy is to wait.
     *
     * @param element the message
     * @param whenDecided called once, outside any lock, with {@link Admission#ACCEPTED} or {@link Admission#CLOSED}, if
     *     and only if the answer is {@link Admission#WAITING}; possibly before this method returns
     * @return the answer
     */
    public Admission offer(E element, Consumer<? super Admission> whenDecided) {
        if (!(overflow instanceof Overflow.Block)) {
            return offer(element);
        }
        Admission answer;
        lock.lock();
        try {
            answer = admitIfRoom(element);
            if (answer == Admission.FULL) {
                line.join(Waiter.callback(element, whenDecided, Reading.of(clock)));
                answer = Admission.WAITING;
            }
        } finally {
            lock.unlock();
        }
        tell(answer);
        return answer;
    }

    /**
     * Takes the oldest queued messages; their credit stays taken until {@link #release}. Where the oldest are dropped some
     * stay in the queue, to be found there: what is out is three quarters of the credit at the most, or one message for
     * each worker, or one that weighs more.
     *
     * @param into the list they are added to, oldest first; it must have room for them without growing
     * @param most how many at the most
     */
    public void pollInto(List<? super E> into, int most) {
        if (stock.queued() == 0) {
            return;
        }
        lock.lock();
        try {
            if (closed) {
                stock.letAllOut(); // nobody comes in any more for whom one would be dropped
            }
            stock.pollInto(into, most);
        } finally {
            lock.unlock();
        }
    }

    /**
     * The oldest queued message of a kind, left in the queue.
     *
     * @param kind tells whether a message is of the kind; called under the lock, so it only looks
     * @return the message; {@code null} if none is queued
     */
    public @Nullable E firstQueued(Predicate<? super E> kind) {
        lock.lock();
        try {
            return stock.first(kind);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Gives back the credit of messages that were polled and are settled now, and admits those in line for whom there is
     * room.
     *
     * @param messages how many
     * @param weight their weight together
     */
    public void release(int messages, long weight) {
        Waiter<E> answered;
        boolean others;
        lock.lock();
        try {
            others = stock.release(messages, weight);
            answered = admitFromLine();
            full = line.length() > 0;
        } finally {
            lock.unlock();
        }
        answers.announce(answered);
        if (others) {
            events.queued();
        }
    }

    /**
     * Refuses everything from now on and wakes every thread in line with {@link Admission#CLOSED}; callbacks in line
     * hear of it from {@link #announceClose}. What is queued stays queued. Needs no memory. Further calls do nothing.
     */
    public void close() {
        refuse(); // first: whatever should go wrong with the lock or in the line, nobody gets in any more
        lock.lock();
        try {
            Waiter<E> first = line.turnAway();
            if (first != null) {
                turnedAway = first;
            }
        } finally {
            lock.unlock();
        }
    }

    /** The first step of {@link #close} alone: nobody gets in any more, and those in line wait on. Takes no lock. */
    public void refuse() {
        closed = true;
    }

    /**
     * Whether somebody was in line at the {@link #close} who has not been announced.
     *
     * @return {@code true} until {@link #announceClose} takes them up
     */
    public boolean hasCloseToAnnounce() {
        lock.lock();
        try {
            return turnedAway != null;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Calls the callbacks that were in line at the {@link #close}, each once in all calls; to be called when all that must not
     * wait for them is done. It does not throw.
     */
    public void announceClose() {
        Waiter<E> first;
        lock.lock();
        try {
            first = turnedAway;
            turnedAway = null;
        } finally {
            lock.unlock();
        }
        answers.announce(first);
    }

    /** Gives out nothing more. To be called on a closed buffer; what is queued is {@link #left} then. */
    public void abort() {
        lock.lock();
        try {
            stock.freeze();
        } finally {
            lock.unlock();
        }
    }

    /**
     * What an aborted buffer has kept.
     *
     * @return what was queued, oldest first, without a copy; its credit stays taken until {@link #release}
     */
    public List<E> left() {
        lock.lock();
        try {
            return stock.left();
        } finally {
            lock.unlock();
        }
    }

    /**
     * How many messages are queued.
     *
     * @return their number, exact at some moment during the call
     */
    public int size() {
        return stock.queued();
    }

    /**
     * Whether messages are queued that a poll does not give out: as much is out already as may be. Of those that are let out
     * again the owner hears as of newly queued ones. A closed buffer keeps nothing back.
     *
     * @return whether a poll would find nothing, whatever {@link #size} says
     */
    public boolean keepsBack() {
        return stock.keepsBack() && !closed;
    }

    /**
     * Whether there was no room for a message, and none was given back since; or so little that somebody is in line still.
     *
     * @return whether others like it get in only once something is released, or dropped
     */
    public boolean isFull() {
        return full;
    }

    /**
     * How many messages were ever admitted.
     *
     * @return their number; final once the buffer is closed
     */
    public long admitted() {
        return stock.admitted();
    }

    /**
     * How many queued messages were evicted to make room.
     *
     * @return their number; final once the buffer is closed
     */
    public long dropped() {
        return stock.dropped();
    }

    /**
     * How many evicted messages the owner is still being told of. In a closed buffer it only goes down, and
     * {@link BufferEvents#leftAfterClose} says so.
     *
     * @return their number
     */
    public int leaving() {
        return stock.leaving();
    }

    /**
     * How many messages are admitted and not released.
     *
     * @return their number
     */
    public int used() {
        lock.lock();
        try {
            return stock.room().used();
        } finally {
            lock.unlock();
        }
    }

    /**
     * How much the messages admitted and not released weigh together.
     *
     * @return their weight
     */
    public long usedWeight() {
        lock.lock();
        try {
            return stock.room().usedWeight();
        } finally {
            lock.unlock();
        }
    }

    /**
     * How many producers are in line for room.
     *
     * @return their number, blocked threads and callbacks together
     */
    public int waiting() {
        lock.lock();
        try {
            return line.length();
        } finally {
            lock.unlock();
        }
    }

    /**
     * How many messages may be admitted and not released.
     *
     * @return the bound
     */
    public int capacity() {
        return capacity;
    }

    private Admission tryAdmit(E element) {
        Admission answer;
        lock.lock();
        try {
            answer = admitIfRoom(element);
        } finally {
            lock.unlock();
        }
        tell(answer);
        return answer;
    }

    private void tell(Admission answer) {
        if (answer == Admission.ACCEPTED) {
            events.queued();
        } else if (answer == Admission.FULL || answer == Admission.WAITING) {
            events.full();
        }
    }

    private Admission waitForRoom(E element, Duration timeout) throws InterruptedException {
        Deadline deadline = Deadline.after(timeout, clock); // before anything is taken: it throws what the clock throws
        long start = Reading.of(clock);
        Waiter<E> atOnce = null;
        Waiter<E> behind = null;
        lock.lock();
        try {
            if (closed) {
                return Admission.CLOSED;
            }
            if (!stock.room().couldEverHold(element.weight())) {
                return Admission.TOO_HEAVY;
            }
            Waiter<E> waiter = Waiter.thread(element, lock.newCondition());
            line.join(waiter);
            try {
                atOnce = admitFromLine(); // there may be room
                if (waiter.answer() == null) {
                    full = true; // a release since the offer that found it so has lowered it
                    tellFullUnlocked();
                }
                return awaitAnswer(waiter, deadline);
            } finally {
                if (line.leave(waiter)) {
                    behind = admitFromLine(); // it leaves unanswered: those it held up may fit
                    full = line.length() > 0 || !stock.room().fits(element.weight());
                }
            }
        } finally {
            lock.unlock();
            long heldBack = Reading.since(start, clock); // what others' callbacks take next is none of it
            answers.announce(atOnce);
            answers.announce(behind);
            events.heldBack(heldBack);
        }
    }

    @GuardedBy("lock")
    private void tellFullUnlocked() {
        lock.unlock();
        try {
            events.full();
        } finally {
            lock.lock();
        }
    }

    @GuardedBy("lock")
    private Admission awaitAnswer(Waiter<E> waiter, Deadline deadline) throws InterruptedException {
        Condition answered = waiter.answered();
        while (waiter.answer() == null) {
            try {
                if (!deadline.await(lock, answered)) {
                    return Admission.TIMEOUT;
                }
            } catch (Throwable e) { // an interrupt, or what the clock throws
                Admission given = waiter.answer();
                if (given == null) {
                    throw e;
                }
                if (e instanceof InterruptedException) {
                    Thread.currentThread().interrupt(); // the answer came first: the caller hears both
                }
                return given;
            }
        }
        return waiter.answer();
    }

    @GuardedBy("lock")
    private Admission admitIfRoom(E element) {
        if (closed) {
            return Admission.CLOSED;
        }
        if (!stock.room().couldEverHold(element.weight())) {
            return Admission.TOO_HEAVY;
        }
        if (line.length() > 0 || !stock.room().fits(element.weight())) {
            full = true;
            return Admission.FULL;
        }
        stock.admit(element);
        return Admission.ACCEPTED;
    }

    /** The caller announces those answered outside the lock. */
    @GuardedBy("lock")
    private @Nullable Waiter<E> admitFromLine() {
        if (line.length() == 0 || closed) {
            return null;
        }
        return line.admitInto(stock, Reading.of(clock));
    }

    /**
     * Two steps, because the listener hears of a dropped message before its credit is released: evict under the lock and
     * keep the credit; tell; then, under the lock again, let the credit go and admit. The credit kept is the room made.
     */
    private Admission admitDroppingOldest(E element) {
        Stock.Eviction<E> eviction = null;
        boolean letsOut = false;
        Admission answer;
        lock.lock();
        try {
            answer = admitIfRoom(element);
            if (answer == Admission.FULL) {
                letsOut = stock.keepsBack();
                eviction = stock.evictFor(element);
                letsOut &= !stock.keepsBack();
            }
        } finally {
            lock.unlock();
        }
        if (eviction != null && !eviction.evicted().isEmpty()) {
            tellDropped(eviction, letsOut);
            answer = admitInPlaceOf(eviction, element);
        }
        tell(answer);
        return answer;
    }

    private void tellDropped(Stock.Eviction<E> eviction, boolean letsOut) {
        boolean told = false;
        try {
            if (letsOut) {
                events.queued(); // the listener may take its time
            }
            eviction.evicted().forEach(events::dropped);
            told = true;
        } finally {
            if (!told) { // no stack, or no memory: the message stays the caller's, and no credit is kept for it
                leave(eviction);
            }
        }
    }

    private void leave(Stock.Eviction<E> eviction) {
        boolean last;
        lock.lock();
        try {
            stock.left(eviction);
            full = line.length() > 0;
            last = closed;
        } finally {
            lock.unlock();
        }
        if (last) {
            events.leftAfterClose();
        }
    }

    private Admission admitInPlaceOf(Stock.Eviction<E> eviction, E element) {
        lock.lock();
        try {
            stock.left(eviction);
            if (!closed) {
                element.admittedLate(Reading.of(clock));
                stock.admit(element);
                return Admission.ACCEPTED;
            }
        } finally {
            lock.unlock();
        }
        events.leftAfterClose();
        return Admission.CLOSED;
    }
}
