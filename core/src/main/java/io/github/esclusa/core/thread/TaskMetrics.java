// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core.thread;

import io.github.esclusa.core.metrics.MeterScope;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** The meters of a task group, and all their names. Each carries the tag {@code name}. */
public final class TaskMetrics {

    /** What the names of all meters of a task group start with. */
    public static final String PREFIX = "esclusa.tasks";

    /** Gauge: 1 while the component lives. */
    public static final String INFO = PREFIX + ".info";

    /** Counter: tasks that began to run. */
    public static final String STARTED = PREFIX + ".started";

    /** Counter: tasks that threw. */
    public static final String FAILED = PREFIX + ".failed";

    /** Counter: tasks that never ran or answered an interrupt. */
    public static final String CANCELLED = PREFIX + ".cancelled";

    /** Gauge: tasks that run at this moment. */
    public static final String ACTIVE = PREFIX + ".active";

    private final MeterScope scope;

    private TaskMetrics(MeterScope scope) {
        this.scope = scope;
    }

    static TaskMetrics open(TaskGroup<?> group, @Nullable MeterRegistry registry) {
        TaskMetrics meters = new TaskMetrics(MeterScope.open(PREFIX, "task group", group.name(), registry));
        meters.counter(STARTED, "tasks that began to run", group, TaskGroup::started);
        meters.counter(FAILED, "tasks that threw", group, g -> g.balance().failed());
        meters.counter(CANCELLED, "tasks that never ran or answered an interrupt", group, g -> g.balance()
                .cancelled());
        meters.scope.register((registered, tags) -> Gauge.builder(
                        ACTIVE, group, g -> g.balance().running())
                .description("tasks that run")
                .baseUnit("tasks")
                .tags(tags)
                .strongReference(true)
                .register(registered));
        return meters;
    }

    void close() {
        scope.close();
    }

    private void counter(String meter, String description, TaskGroup<?> group, ToDoubleFunction<TaskGroup<?>> value) {
        scope.register((registered, tags) -> FunctionCounter.builder(meter, group, value)
                .description(description)
                .baseUnit("tasks")
                .tags(tags)
                .register(registered));
    }
}
