// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.startup;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a component stood at the moment it was asked for: the line of a health page.
 *
 * @param name the component's name
 * @param state where it was in its life
 * @param startup how long its factory took, or has taken so far; zero if it has not begun
 * @param waitsFor the components it starts after that are not ready; empty unless it is {@link ComponentState#PENDING}
 * @param failure what its factory or its {@code close()} threw; {@code null} if neither did
 */
public record ComponentStatus(
        String name,
        ComponentState state,
        Duration startup,
        List<String> waitsFor,
        @Nullable Throwable failure) {

    /** Copies the list. */
    public ComponentStatus {
        waitsFor = List.copyOf(waitsFor);
    }
}
