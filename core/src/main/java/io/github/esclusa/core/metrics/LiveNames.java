// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core.metrics;

import com.google.common.collect.MapMaker;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which names are taken in which registry, known without the registry's help: a filter that denies a meter leaves nothing
 * there to tell by. Registries are weakly held, and owners must not refer to them.
 */
final class LiveNames {

    private record Name(String kind, String name) {}

    private static final Map<MeterRegistry, Map<Name, Object>> OWNERS =
            new MapMaker().weakKeys().makeMap();

    private LiveNames() {}

    /** Whether the name was free, and is the owner's from now on. */
    static boolean take(MeterRegistry registry, String kind, String name, Object owner) {
        return OWNERS.computeIfAbsent(registry, any -> new ConcurrentHashMap<>())
                        .putIfAbsent(new Name(kind, name), owner)
                == null;
    }

    /** Frees the name, unless it is another's. */
    static void free(MeterRegistry registry, String kind, String name, Object owner) {
        Map<Name, Object> names = OWNERS.get(registry);
        if (names != null) {
            names.remove(new Name(kind, name), owner);
        }
    }
}
