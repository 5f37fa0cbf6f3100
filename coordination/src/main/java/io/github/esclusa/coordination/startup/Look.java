// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.startup;

import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A look at a component that has been in user code for too long. It is taken without the board's lock, since the thread may be
 * of a class of the user's; and it counts if the component is still where it was, for then it was there meanwhile.
 */
final class Look {

    private final Slot<?> slot;
    private final ComponentState state;
    private final @Nullable Thread thread;

    private @Nullable TimeoutException stack;

    /** A look to be taken. Called under the board's lock. */
    Look(Slot<?> slot) {
        this.slot = slot;
        this.state = slot.state();
        this.thread = slot.thread;
    }

    /** Called without the lock. */
    void take() {
        stack = slot.stack(state == ComponentState.STARTING ? "starting" : "closing", thread);
    }

    /** Where it is, as an exception with the stack of its thread; {@code null} if it has moved on. Called under the board's lock. */
    @Nullable
    TimeoutException stack() {
        return slot.state() == state && slot.thread == thread ? stack : null;
    }
}
