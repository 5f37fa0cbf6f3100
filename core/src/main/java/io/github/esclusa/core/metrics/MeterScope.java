// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core.metrics;

import static java.util.Objects.requireNonNull;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.esclusa.core.waiting.WaitLock;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * The meters of one component: registered under its name, removed with it, and never the reason that work fails.
 *
 * <p>A scope owns a name within a prefix ({@code orders} within {@code esclusa.pool}, say) in one registry, from
 * {@link #open} until {@link #close}; two live components of one prefix and name are an error, because the second would
 * silently write into the first one's meters, and the first one's end would remove the second one's. That the name is
 * taken does not depend on what filters let through. It can also be read off the registry, where the scope leaves a marker
 * meter ({@code <prefix>.info}): by that a registry shows the names taken in a composite that it is part of, and a composite is
 * shown those taken in the registries it writes to.
 *
 * <p>A registry that throws is warned of once and then left alone, by {@link #register}, which answers {@code null}, and
 * by {@link #recording}: the component works unwatched. Without a registry a scope does nothing.
 */
public final class MeterScope implements AutoCloseable {

    /** The key of the tag that carries the component's name, present on every meter. */
    public static final String NAME_TAG = "name";

    /** How long one close waits for the removal that another has begun: longer than any registry that works takes. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final String prefix;
    private final String kind;
    private final String name;
    private final @Nullable MeterRegistry registry;

    private final Recording recording;
    private final Duration patience;

    private final LiveNames.Name liveName;
    private final NameMarker marker;

    private final WaitLock lock = new WaitLock();

    /** Signalled when the meters are gone. */
    private final Condition gone = lock.newCondition();

    @GuardedBy("lock")
    private final ArrayList<Meter> meters = new ArrayList<>(0); // or nothing could be ensured

    /** Registrations under way. */
    @GuardedBy("lock")
    private int registering;

    @GuardedBy("lock")
    private boolean closed;

    /** The meters are somebody's to remove, or gone. */
    @GuardedBy("lock")
    private boolean taken;

    /** Removes the meters at this moment, without the lock. */
    @GuardedBy("lock")
    private @Nullable Thread remover;

    private MeterScope(String prefix, String kind, String name, @Nullable MeterRegistry registry, Duration patience) {
        this.prefix = requireNonNull(prefix, "the prefix of the meters is null");
        this.kind = requireNonNull(kind, "the kind of component that has the meters is null");
        this.name = requireNonNull(name, "the name of the component that has the meters is null");
        this.registry = registry;
        this.recording = new Recording(kind, name);
        this.patience = patience;
        this.liveName = new LiveNames.Name(prefix, name);
        this.marker = new NameMarker(prefix, name);
    }

    /**
     * Takes a component's name in a registry.
     *
     * @param prefix what the names of the component's meters begin with, such as {@code esclusa.pool}
     * @param kind what the component is, in words, such as {@code pool}; stands in messages
     * @param name the component's name
     * @param registry where its meters go; {@code null} for an unwatched component
     * @return the scope; close it when the component has terminated
     * @throws IllegalStateException if a live component of this prefix and name is in the registry already
     */
    public static MeterScope open(String prefix, String kind, String name, @Nullable MeterRegistry registry) {
        return open(prefix, kind, name, registry, PATIENCE);
    }

    static MeterScope open(
            String prefix, String kind, String name, @Nullable MeterRegistry registry, Duration patience) {
        MeterScope scope = new MeterScope(prefix, kind, name, registry, patience);
        scope.takeName();
        boolean open = false;
        try {
            scope.leaveMarker();
            open = true;
        } finally {
            if (!open) {
                scope.freeName();
            }
        }
        return scope;
    }

    /**
     * The tag every meter of this scope carries.
     *
     * @return {@code name=<the component's name>}
     */
    public Tags tags() {
        return Tags.of(NAME_TAG, name);
    }

    /**
     * Where this component's meters are recorded on, guarded against what they throw.
     *
     * @return the component's only recording; it shares its one warning with {@link #register} and {@link #close}
     */
    public Recording recording() {
        return recording;
    }

    /**
     * Registers one meter, to be removed when this scope is closed.
     *
     * @param <M> the kind of meter
     * @param registration registers the meter, given the registry and the tags it must carry; it may add more tags, the
     *     same keys for every meter of one name
     * @return the meter; {@code null} without a registry, after {@link #close}, and when the registry or a
     *     meter of this scope has thrown
     */
    public <M extends Meter> @Nullable M register(BiFunction<MeterRegistry, Tags, M> registration) {
        if (registry == null || recording.isBroken()) {
            return null;
        }
        String mark = new String(name.toCharArray()); // what needs memory comes before the registration counts
        if (!enter()) {
            return null;
        }
        M meter = null;
        try {
            meter = registration.apply(registry, Tags.of(NAME_TAG, mark));
        } catch (Throwable e) { // Filters are foreign code, and may throw what they do not declare.
            recording.failed("registering a meter", e);
            removeHalfRegistered(registry, mark);
        }
        return leave(meter) ? meter : null;
    }

    /**
     * Removes this scope's meters, and only those; then the name is free. A call that finds another thread removing them
     * waits for it, up to 10 seconds and regardless of interrupts, so that whoever has returned from here may say that
     * the component is gone. Called from inside the removal (a registry has listeners), it does not wait for itself.
     * Further calls do nothing.
     *
     * <p>Registrations that run on other threads meanwhile are not waited for: the last of them removes the meters, and
     * the name stays taken until then.
     */
    @Override
    public void close() {
        @Nullable List<Meter> removed;
        lock.lock();
        try {
            closed = true;
            removed = takeIfQuiet();
        } finally {
            lock.unlock();
        }
        removeAll(removed);
        awaitGone();
    }

    private boolean enter() {
        lock.lock();
        try {
            if (closed) {
                // Its meters may be a successor's by now: asking for one would hand us theirs, to be removed as ours.
                return false;
            }
            meters.ensureCapacity(
                    meters.size() + registering + 1); // a meter that is made must not be lost for want of memory
            registering++;
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Ends a registration. Answers whether the scope is still open. */
    private boolean leave(@Nullable Meter meter) {
        @Nullable List<Meter> removed;
        boolean open;
        lock.lock();
        try {
            registering--;
            if (meter != null) {
                meters.add(meter);
            }
            open = !closed;
            removed = takeIfQuiet();
        } finally {
            lock.unlock();
        }
        removeAll(removed);
        return open;
    }

    /**
     * All meters, once the scope is closed and nobody is registering another; {@code null} at any other call. Nobody adds to them
     * from then on, so they need no copy, for which there may be no memory.
     */
    @GuardedBy("lock")
    private @Nullable List<Meter> takeIfQuiet() {
        if (!closed || registering > 0 || taken) {
            return null;
        }
        taken = true;
        remover = Thread.currentThread();
        return meters;
    }

    private void removeAll(@Nullable List<Meter> removed) {
        if (removed == null) {
            return;
        }
        try {
            // The last one first: the marker, registered first, says that the name is taken until the others are gone.
            for (int i = removed.size() - 1; i >= 0; i--) {
                remove(removed.get(i));
            }
        } finally {
            marker.over();
            freeName();
            lock.lock();
            try {
                meters.clear();
                remover = null;
                gone.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    /**
     * Waits for a removal under way on another thread. Its end does not hang on us: a removal takes no lock of ours.
     * It may hang on the registry, or on a listener there that closes another component whose removal waits for this
     * one: the patience ends that, with a warning.
     */
    private void awaitGone() {
        long deadline = System.nanoTime() + patience.toNanos();
        boolean interrupted = false;
        boolean late = false;
        lock.lock();
        try {
            while (remover != null && remover != Thread.currentThread() && !late) {
                try {
                    late = gone.awaitNanos(deadline - System.nanoTime()) <= 0 && remover != null;
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            lock.unlock();
        }
        if (late) {
            recording.failed(
                    "removing the meters",
                    new TimeoutException("another thread has not come back from the registry within " + patience));
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void remove(Meter meter) {
        try {
            requireNonNull(registry).remove(meter);
        } catch (Throwable e) {
            recording.failed("removing a meter", e);
        }
    }

    private void removeHalfRegistered(MeterRegistry from, String mark) {
        try {
            HalfRegistered.remove(from, mark);
        } catch (Throwable e) {
            recording.failed("removing a part of a meter", e);
        }
    }

    private void takeName() {
        if (registry != null && !LiveNames.take(registry, liveName)) {
            throw alreadyLive();
        }
    }

    private void freeName() {
        if (registry != null) {
            LiveNames.free(registry, liveName);
        }
    }

    /** The name is ours in this registry; whether it is in those that a composite writes to, the marker shows. */
    private void leaveMarker() {
        if (registry == null) {
            return;
        }
        Gauge found = register(marker::register);
        if (found != null && NameMarker.isOver(found) && !marker.isAnothersBelow(registry)) {
            forget(found);
            remove(found);
            found = register(marker::register);
        }
        if (found != null && (marker.isAnothers(found) || marker.isAnothersBelow(registry))) {
            forget(found);
            marker.over();
            removeMarkerBelow(registry);
            throw alreadyLive();
        }
    }

    private void removeMarkerBelow(MeterRegistry composite) {
        try {
            marker.removeBelow(composite);
        } catch (Throwable e) {
            recording.failed("removing a marker", e);
        }
    }

    private IllegalStateException alreadyLive() {
        return new IllegalStateException(kind + " '" + name + "': another of this name is live in this meter registry,"
                + " where the meters " + prefix + ".* with the tag name=" + name
                + " are its own: close that one first, or give this one another name");
    }

    private void forget(Meter meter) {
        lock.lock();
        try {
            meters.remove(meter);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public String toString() {
        return "MeterScope(" + prefix + ", " + name + ")";
    }
}
