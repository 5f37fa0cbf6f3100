// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core.metrics;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import java.util.List;

/**
 * What is left where a composite registry has given a meter to some of its children and another of them has failed: the
 * composite does not know of the meter, and so cannot remove it. It is known by the identity of a tag's value, which
 * filters keep, unless they replace that very value.
 */
final class HalfRegistered {

    private HalfRegistered() {}

    /** Removes what carries this very object as the value of a tag. */
    static void remove(MeterRegistry from, String value) {
        if (from instanceof CompositeMeterRegistry composite) {
            for (MeterRegistry child : composite.getRegistries()) {
                remove(child, value);
                for (Meter meter : List.copyOf(child.getMeters())) {
                    if (carries(meter, value)) {
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
