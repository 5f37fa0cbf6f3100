// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core.thread;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.esclusa.core.testing.Running;
import io.github.esclusa.core.time.Deadline;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What no task of a test can bring about, with the ledger told by hand: a worker that dies of an {@code Error} of our own,
 * and one that is held up between the end of its last task and its own.
 */
@Timeout(60)
class TaskLedgerTest {

    private final Error reason = new OutOfMemoryError("on purpose");

    private final TaskGroup<Integer> group = TaskGroup.open("dying");

    @AfterEach
    void close() {
        group.close();
    }

    @Test
    void lastWorkerThatDiesFailsItsTaskAndThoseThatCountedOnIt() throws Exception {
        TaskLedger<Integer> ledger = new TaskLedger<>("dying", 1, FailurePolicy.KEEP_GOING);
        ledger.add(group, () -> 1);
        Task<Integer> queued = ledger.add(group, () -> 2).task();
        Task<Integer> running = ledger.take();
        assertThat(running).isNotNull();

        ledger.workerDied(running, reason);

        assertThat(ledger.awaitWorkersGone(soon())).isTrue();
        assertThat(running.state()).isEqualTo(Task.State.FAILED);
        assertThat(queued.state()).isEqualTo(Task.State.FAILED);
        assertThat(ledger.failures(false)).containsExactly(reason, reason);
        assertThat(ledger.balance()).isEqualTo(new TaskBalance(2, 0, 0, 0, 2, 0));
    }

    @Test
    void workerThatDiesLeavesQueuedTasksToTheOthers() {
        TaskLedger<Integer> ledger = new TaskLedger<>("dying", 2, FailurePolicy.KEEP_GOING);
        ledger.add(group, () -> 1);
        ledger.add(group, () -> 2);
        Task<Integer> queued = ledger.add(group, () -> 3).task();

        ledger.workerDied(ledger.take(), reason);

        assertThat(ledger.balance()).isEqualTo(new TaskBalance(3, 2, 0, 0, 1, 0));
        assertThat(queued.state()).isEqualTo(Task.State.QUEUED);
        assertThat(ledger.add(group, () -> 4).needsWorker()).isTrue();
    }

    /** It has settled its task and dies afterwards, while it interrupts the others. */
    @Test
    void workerThatDiesAfterItsTaskChangesNothingOfIt() throws Exception {
        TaskLedger<Integer> ledger = new TaskLedger<>("dying", 1, FailurePolicy.KEEP_GOING);
        ledger.add(group, () -> 1);
        Task<Integer> done = ledger.take();
        assertThat(done).isNotNull();
        ledger.end(done, 1, null);

        ledger.workerDied(done, reason);

        assertThat(ledger.awaitWorkersGone(soon())).isTrue();
        assertThat(done.state()).isEqualTo(Task.State.SUCCEEDED);
        assertThat(ledger.balance()).isEqualTo(new TaskBalance(1, 0, 0, 1, 0, 0));
    }

    @Test
    void endOfTheLastTaskWakesTheJoinerThoughItsWorkerIsStillThere() throws Exception {
        TaskLedger<Integer> ledger = new TaskLedger<>("slow", 1, FailurePolicy.KEEP_GOING);
        ledger.add(group, () -> 1);
        Task<Integer> last = ledger.take();
        assertThat(last).isNotNull();
        Running<Boolean> joiner = Running.call(() -> ledger.awaitSettled(null)).awaitParked();

        ledger.end(last, 1, null);

        assertThat(joiner.result()).isTrue();
    }

    @Test
    void endOfTheLastWorkerWakesTheCloserThoughAllTasksHaveLongBeenSettled() throws Exception {
        TaskLedger<Integer> ledger = new TaskLedger<>("slow", 1, FailurePolicy.KEEP_GOING);
        ledger.add(group, () -> 1);
        Task<Integer> last = ledger.take();
        assertThat(last).isNotNull();
        ledger.end(last, 1, null);
        Running<Boolean> closer =
                Running.call(() -> ledger.awaitWorkersGone(null)).awaitParked();

        assertThat(ledger.take()).isNull();

        assertThat(closer.result()).isTrue();
    }

    private Deadline soon() {
        return group.deadline(Running.LIMIT);
    }
}
