// SPDX-License-Identifier: Apache-2.0

/**
 * Startup behind a gate: components that start together, respecting what each needs, and are all ready or all closed. And
 * a barrier: threads that wait for one another.
 *
 * <pre>
 *   StartupGate.builder(name) -- component(name, factory) --&gt; Component&lt;T&gt; -- after(...), timeout(...)
 *            |
 *            +-- start(timeout) --&gt; StartupGate (READY)  or  StartupFailed (everything closed again)
 *                                      |
 *                                      +-- stop(timeout) --&gt; StopReport
 *
 *   Barrier.builder(name) -- parties(n) --&gt; Barrier -- await(timeout) --&gt; all pass  or  BarrierBroken for all
 * </pre>
 */
@NullMarked
package io.github.esclusa.coordination.startup;

import org.jspecify.annotations.NullMarked;
