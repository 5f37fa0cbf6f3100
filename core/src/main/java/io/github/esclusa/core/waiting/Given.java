// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core.waiting;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import org.jspecify.annotations.Nullable;

/**
 * What a user must give. Other than {@code requireNonNull} with a message made on demand it needs no memory, which a shutdown
 * may not have, where nothing is wrong.
 */
public final class Given {

    private Given() {}

    /**
     * Refuses a {@code null} with the component and what it was given it for.
     *
     * @param <T> what is given
     * @param it what was given
     * @param kind what the component is, such as {@code pool}
     * @param name its name
     * @param what the setting, or the parameter and its operation: {@code clock}, {@code timeout given to shutdown}
     * @return what was given
     */
    @CanIgnoreReturnValue
    public static <T> T given(@Nullable T it, String kind, String name, String what) {
        if (it == null) {
            throw new NullPointerException(kind + " '" + name + "': the " + what + " is null");
        }
        return it;
    }
}
