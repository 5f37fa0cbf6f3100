// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core.thread;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The words for what has become of a group. Made outside every lock: stacks are looked up and lists are built. */
final class TaskReport {

    private TaskReport() {}

    static TasksFailedException failed(String group, TaskBalance balance, List<Throwable> failures) {
        // The class of the cause, not its message: that is foreign code, and stands in the cause anyway.
        return new TasksFailedException(
                balance.failed() + " of " + balance.submitted() + " tasks of group '" + group + "' failed and "
                        + balance.cancelled() + " were cancelled; first came a "
                        + failures.get(0).getClass().getName(),
                failures);
    }

    static StillRunningException stillRunning(
            String group,
            String what,
            TaskBalance balance,
            List<? extends Task<?>> running,
            @Nullable TasksFailedException failed) {
        List<RunningTask> where = new ArrayList<>();
        for (Task<?> task : running) {
            Thread thread = task.runner();
            if (thread != null) { // else it has come back in the meantime
                where.add(RunningTask.of(task.number(), thread));
            }
        }
        String names = where.stream().map(RunningTask::toString).collect(Collectors.joining(", "));
        StillRunningException report = new StillRunningException(
                "group '" + group + "': " + what + "; of " + balance.submitted() + " tasks " + balance.queued()
                        + " had not begun and these still ran: " + names,
                where);
        if (failed != null) {
            report.initCause(failed);
        }
        return report;
    }
}
