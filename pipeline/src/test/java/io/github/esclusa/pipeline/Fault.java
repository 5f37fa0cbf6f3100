// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline;

import java.util.function.Supplier;

/** Something that user code throws while it is switched on. */
final class Fault {

    private final Supplier<? extends Throwable> thrown;

    /** Switched by the test, read by workers. */
    private volatile boolean on = true;

    Fault(Supplier<? extends Throwable> thrown) {
        this.thrown = thrown;
    }

    boolean isOn() {
        return on;
    }

    void off() {
        on = false;
    }

    /** Throws it, checked or not, while it is on. */
    void strike() {
        if (on) {
            sneak(thrown.get());
        }
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // Errors and checked exceptions leave alike.
    private static <X extends Throwable> void sneak(Throwable any) throws X {
        throw (X) any;
    }
}
