// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core.metrics;

import com.google.common.collect.MapMaker;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which names are taken in which registry, known without the registry's help: a filter that denies a meter leaves nothing
 * there to tell by. Registries are weakly held. Whoever has taken a name frees it, once.
 */
final class LiveNames {

    /** A component's name within its kind. */
    record Name(String kind, String name) {}

    private static final Map<MeterRegistry, Set<Name>> TAKEN =
            new MapMaker().weakKeys().makeMap();

    private LiveNames() {}

    /** Whether the name was free, and is the caller's from now on. */
    static boolean take(MeterRegistry registry, Name name) {
        Set<Name> names = TAKEN.computeIfAbsent(registry, any -> ConcurrentHashMap.newKeySet());
        if (names.contains(name)) {
            return false;
        }
        try {
            return names.add(name);
        } catch (Throwable e) { // for want of memory, perhaps after it was put there: nobody would free it
            names.remove(name);
            throw e;
        }
    }

    static void free(MeterRegistry registry, Name name) {
        Set<Name> names = TAKEN.get(registry);
        if (names != null) {
            names.remove(name);
        }
    }
}
