// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core.metrics;

import com.google.common.collect.MapMaker;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The meter by which a registry shows that a component's name is taken: {@code <kind>.info}. Registering is atomic in the
 * registry, and answers with the marker that was there first. Two markers are told apart by the identity of their
 * descriptions, which every registry keeps, one that has nothing behind it too (a composite without children), whereas a
 * value can only be read where a real registry is.
 *
 * <p>A composite does not say what its children have answered. Where one of them has the marker of another component, the
 * composite's stays in the composite: removed, it would take the other one's with it. Such a marker, and one that its registry
 * has kept (a composite that has lost the child, say), is <em>over</em>, and is replaced by whoever finds it.
 */
@SuppressWarnings("ReferenceEquality") // Identity is what tells the claims apart.
final class NameMarker {

    private static final String DESCRIPTION = "1 while the component lives";

    /** Whether the component of a claim is over, by the identity of the claim, which is weakly held. */
    private static final Map<String, AtomicBoolean> OVER =
            new MapMaker().weakKeys().makeMap();

    private final String meter;
    private final String name;
    private final String claim = new String(DESCRIPTION.toCharArray());

    /** Set once. Made with the marker: the end may be a moment without memory. */
    private final AtomicBoolean over = new AtomicBoolean();

    NameMarker(String kind, String name) {
        this.meter = kind + ".info";
        this.name = name;
        OVER.put(claim, over);
    }

    Gauge register(MeterRegistry registry, Tags tags) {
        return Gauge.builder(meter, () -> 1)
                .description(claim)
                .tags(tags)
                .strongReference(true)
                .register(registry);
    }

    /** Whether it is another component's that lives. Where a filter has rewritten it, nothing can be said. */
    boolean isAnothers(Meter found) {
        String description = found.getId().getDescription();
        return description != claim && DESCRIPTION.equals(description) && !isOver(found);
    }

    static boolean isOver(Meter found) {
        String description = found.getId().getDescription();
        AtomicBoolean known = description == null ? null : OVER.get(description);
        return known != null && known.get();
    }

    /** Whether a registry that this composite writes to has another component's marker in the place of ours. */
    boolean isAnothersBelow(MeterRegistry registry) {
        try {
            return isBelow(registry);
        } catch (Throwable e) {
            return false; // Children that come or go meanwhile, or a broken one: no reason for the work to fail.
        }
    }

    private boolean isBelow(MeterRegistry registry) {
        return registry instanceof CompositeMeterRegistry composite
                && composite.getRegistries().stream().anyMatch(child -> isIn(child) || isBelow(child));
    }

    private boolean isIn(MeterRegistry child) {
        boolean found = false;
        for (Meter each : child.getMeters()) {
            if (each.getId().getDescription() == claim) {
                return false; // one of the same name has other tags, which the composite it was opened in adds
            }
            found |= isAnothers(each)
                    && each.getId().getName().equals(meter)
                    && name.equals(each.getId().getTag(MeterScope.NAME_TAG));
        }
        return found;
    }

    /** Ours is replaced by whoever finds it from now on. */
    void over() {
        over.set(true);
    }

    /** Takes ours from the registries that a composite writes to, and from nowhere else. */
    void removeBelow(MeterRegistry registry) {
        HalfRegistered.remove(registry, each -> each.getId().getDescription() == claim);
    }
}
