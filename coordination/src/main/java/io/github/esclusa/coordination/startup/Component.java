// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.startup;

import static io.github.esclusa.core.waiting.Given.given;

import io.github.esclusa.core.time.Deadline;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.Callable;

/**
 * One component of a {@link StartupGate}: first what is to be started and after what, then the handle by which those
 * that start after it reach it.
 *
 * <p>{@link #after} and {@link #timeout} belong to the thread that uses the builder, until the gate is built.
 * {@link #get} may be called by any thread.
 *
 * @param <T> what the component is; its {@code close()} is what rollback and stop call
 */
public final class Component<T extends AutoCloseable> {

    private final StartupGate.Builder owner;
    private final Slot<T> slot;

    private final Set<Component<?>> dependencies = new LinkedHashSet<>(); // single writer: the builder's thread

    Component(StartupGate.Builder owner, String name, Callable<? extends T> factory) {
        this.owner = owner;
        this.slot = new Slot<>(owner.name(), name, factory);
    }

    /**
     * Starts this component only once others are ready, and closes it before them.
     *
     * @param components what this one needs, of the same builder
     * @return this
     * @throws IllegalArgumentException if one of them is this component itself, or belongs to another builder
     * @throws IllegalStateException if the gate has been built
     */
    public Component<T> after(Component<?>... components) {
        owner.requireOpen("after");
        for (Component<?> component : components) {
            given(component, "gate", owner.name(), "component given to after of '" + name() + "'");
            if (component == this) {
                throw new IllegalArgumentException(slot + " cannot start after itself");
            }
            if (component.owner != owner) {
                throw new IllegalArgumentException(
                        slot + " cannot start after " + component.slot + ": declare both on the same builder");
            }
            dependencies.add(component);
        }
        return this;
    }

    /**
     * How long this component alone may take to start, counted from the moment its own factory is started. Without it,
     * only the timeout of the whole start bounds it.
     *
     * @param timeout the limit; positive
     * @return this
     * @throws IllegalArgumentException if it is not positive
     * @throws IllegalStateException if the gate has been built
     */
    public Component<T> timeout(Duration timeout) {
        owner.requireOpen("timeout");
        slot.timeoutNanos = Deadline.nanosOf(Limits.positive(slot + ": timeout", timeout));
        return this;
    }

    /**
     * The component itself, for those that start {@linkplain #after after} it and for the time the gate is ready. What
     * its factory did happens-before this returns.
     *
     * @return what the factory returned; never {@code null}
     * @throws IllegalStateException if it is not ready: not yet, not any more, or never; the message says which, and
     *     the cause is the factory's exception if there was one
     */
    public T get() {
        T value = slot.value();
        if (value == null) {
            throw slot.notReady();
        }
        return value;
    }

    /**
     * The component's name.
     *
     * @return as given to the builder
     */
    public String name() {
        return slot.name;
    }

    /**
     * Where this component is in its life.
     *
     * @return its state at this moment
     */
    public ComponentState state() {
        return slot.state();
    }

    Slot<T> slot() {
        return slot;
    }

    Set<Component<?>> dependencies() {
        return dependencies;
    }

    @Override
    public String toString() {
        return slot + " (" + slot.state() + ")";
    }
}
