// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core.metrics;

import static java.util.Objects.requireNonNull;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The meters of one component: registered under its name, removed with it, and never the reason that work fails.
 *
 * <p>A scope owns a name within a kind ({@code esclusa.pool} and {@code orders}, say) in one registry, from
 * {@link #open} until {@link #close}. That the name is taken is read off the registry itself, where the scope leaves a
 * marker meter ({@code <kind>.info}); two live components of one kind and name are an error, because the second would
 * silently write into the first one's meters, and the first one's end would remove the second one's.
 *
 * <p>A registry that throws is warned of once and then left alone: {@link #register} answers {@code null} and the
 * component works unwatched. Without a registry a scope does nothing.
 */
public final class MeterScope implements AutoCloseable {

    /** The key of the tag that carries the component's name, present on every meter. */
    public static final String NAME_TAG = "name";

    private static final Logger log = LoggerFactory.getLogger(MeterScope.class);

    private final String kind;
    private final String name;
    private final @Nullable MeterRegistry registry;

    private final ReentrantLock lock = new ReentrantLock();

    @GuardedBy("lock")
    private final List<Meter> meters = new ArrayList<>();

    @GuardedBy("lock")
    private boolean closed;

    /** The registry has thrown; a race to set it costs a second warning, no more. */
    private volatile boolean broken;

    private MeterScope(String kind, String name, @Nullable MeterRegistry registry) {
        this.kind = requireNonNull(kind, "kind");
        this.name = requireNonNull(name, "name");
        this.registry = registry;
    }

    /**
     * Takes a component's name in a registry.
     *
     * @param kind the prefix of the component's meters, such as {@code esclusa.pool}
     * @param name the component's name
     * @param registry where its meters go; {@code null} for an unwatched component
     * @return the scope; close it when the component has terminated
     * @throws IllegalStateException if a live component of this kind and name is in the registry already
     */
    public static MeterScope open(String kind, String name, @Nullable MeterRegistry registry) {
        MeterScope scope = new MeterScope(kind, name, registry);
        scope.claimName();
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
     * Registers one meter, to be removed when this scope is closed.
     *
     * @param <M> the kind of meter
     * @param registration registers the meter, given the registry and the tags it must carry; it may add more tags, the
     *     same keys for every meter of one name
     * @return the meter; {@code null} without a registry, after {@link #close}, and when the registry threw
     */
    public <M extends Meter> @Nullable M register(BiFunction<MeterRegistry, Tags, M> registration) {
        if (registry == null || broken) {
            return null;
        }
        M meter;
        try {
            meter = registration.apply(registry, tags());
        } catch (RuntimeException e) {
            broken = true;
            log.warn("the meter registry failed for {} '{}', which goes on unwatched", kind, name, e);
            return null;
        }
        if (!keep(meter)) {
            remove(registry, meter);
            return null;
        }
        return meter;
    }

    /** Removes this scope's meters, and only those. Further calls do nothing. */
    @Override
    public void close() {
        List<Meter> removed;
        lock.lock();
        try {
            closed = true;
            removed = List.copyOf(meters);
            meters.clear();
        } finally {
            lock.unlock();
        }
        if (registry != null) {
            // The last one first: the marker, registered first, keeps the name taken until the others are gone.
            for (int i = removed.size() - 1; i >= 0; i--) {
                remove(registry, removed.get(i));
            }
        }
    }

    private boolean keep(Meter meter) {
        lock.lock();
        try {
            return !closed && meters.add(meter);
        } finally {
            lock.unlock();
        }
    }

    private void remove(MeterRegistry from, Meter meter) {
        try {
            from.remove(meter);
        } catch (RuntimeException e) {
            log.warn("the meter registry failed while the meters of {} '{}' were removed", kind, name, e);
        }
    }

    /**
     * Registers the marker. Registering is atomic in the registry, and answers with the marker that was there first:
     * each marker reads as a number of its own until its claim is settled, so two that race know which of them won.
     */
    private void claimName() {
        Claim claim = new Claim();
        Gauge marker = register((meters, tags) -> Gauge.builder(kind + ".info", claim, Claim::value)
                .description("1 while the component lives")
                .tags(tags)
                .strongReference(true)
                .register(meters));
        if (marker == null) {
            return;
        }
        double found = marker.value();
        if (found == claim.value || found == 0 || Double.isNaN(found)) { // zero, NaN: a registry that keeps nothing
            claim.value = 1;
            return;
        }
        forget(marker);
        throw new IllegalStateException("a " + kind + " named '" + name
                + "' is already live in this meter registry: close it first, or give this one another name");
    }

    private void forget(Meter meter) {
        lock.lock();
        try {
            meters.remove(meter);
        } finally {
            lock.unlock();
        }
    }

    /** What a marker meter reads: a number nobody else has, then 1. */
    private static final class Claim {

        volatile double value = ThreadLocalRandom.current().nextDouble(Double.MIN_NORMAL, 1);

        double value() {
            return value;
        }
    }

    @Override
    public String toString() {
        return "MeterScope(" + kind + ", " + name + ")";
    }
}
