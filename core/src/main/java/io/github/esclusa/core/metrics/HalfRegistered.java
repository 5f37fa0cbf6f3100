// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core.metrics;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import java.util.List;
import java.util.function.Predicate;

/**
 * What is left where a composite registry has given a meter to some of its children and another of them has failed: the
 * composite does not know of the meter, and so cannot remove it. It is known by the identity of a tag's value, which
 * filters keep, unless they replace that very value.
 */
final class HalfRegistered {

    private HalfRegistered() {}

    /** Removes what carries this very object as the value of a tag. */
    static void remove(MeterRegistry from, String value) {
        remove(from, meter -> carries(meter, value));
    }

    /** Removes these meters from the children of a composite, and theirs. */
    static void remove(MeterRegistry from, Predicate<Meter> which) {
        if (from instanceof CompositeMeterRegistry composite) {
            for (MeterRegistry child : composite.getRegistries()) {
                remove(child, which);
                for (Meter meter : List.copyOf(child.getMeters())) {
                    if (which.test(meter)) {
                        child.remove(meter);
                    }
                }
            }
        }
    }

    @SuppressWarnings("ReferenceEquality") // An equal value may be another's.
    private static boolean carries(Meter meter, String value) {
        for (Tag tag : meter.getId().getTags()) {
            if (tag.getValue() == value) {
                return true;
            }
        }
        return false;
    }
}
