// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core.thread;

import static io.github.esclusa.core.waiting.Given.given;
import static java.util.Objects.requireNonNull;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.github.esclusa.core.time.Clock;
import io.github.esclusa.core.time.Deadline;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/**
 * Some tasks that belong together, on threads of their own: started together, waited for together, and failing together.
 *
 * <pre>{@code
 * try (var group = TaskGroup.<Page>open("fetch")) {
 *     for (URI uri : uris) {
 *         group.submit(() -> fetch(uri));
 *     }
 *     List<Page> pages = group.join();      // in the order of submission
 * }
 * }</pre>
 *
 * <p>The first failure cancels the rest, unless {@link FailurePolicy#KEEP_GOING} is chosen. A failure never disappears:
 * it leaves by {@link #join}, by {@link Task#get}, or, if nobody has been told of it by then, by {@link #close}. Each task
 * submitted ends as exactly one of succeeded, failed or cancelled ({@link #balance}).
 *
 * <p>A task gets a thread of its own, or waits for one of {@link Builder#threads} threads. Threads end when there is
 * nothing to run; an idle group has none. A group keeps the results of all its tasks until it is dropped: it is for one
 * piece of work, not for the life of a process.
 *
 * <p>{@code join} and {@code close} are for the thread that opened the group; called from inside one of its own tasks,
 * where they would wait for themselves, they fail at once. So does {@link Task#get} from inside the task itself.
 *
 * @param <T> what the tasks return
 */
public final class TaskGroup<T extends @Nullable Object> implements AutoCloseable {

    private final String name;
    private final Duration grace;

    private final Clock clock;
    private final TaskLedger<T> ledger;
    private final TaskMetrics meters;
    private final TaskWorkers<T> workers;

    private TaskGroup(Builder settings) {
        this.name = settings.name;
        this.grace = settings.grace;
        this.clock = settings.clock;
        ThreadFactory threads = settings.factory != null ? settings.factory : NamedThreads.of(settings.kind, name);
        this.ledger = new TaskLedger<>(name, settings.threads, settings.onFailure);
        this.meters = TaskMetrics.open(this, settings.registry);
        this.workers = new TaskWorkers<>(threads, ledger, meters);
    }

    /**
     * Starts the configuration of a group.
     *
     * @param name what the group does; its threads are called {@code <name>-1} and so on
     * @return a builder with the defaults: a platform thread for each task, the first failure cancels the rest
     * @throws IllegalArgumentException if the name is blank
     */
    public static Builder builder(String name) {
        return new Builder(name);
    }

    /**
     * Opens a group with the defaults of {@link #builder}.
     *
     * @param <T> what the tasks return
     * @param name what the group does
     * @return the group; close it
     * @throws IllegalArgumentException if the name is blank
     */
    public static <T extends @Nullable Object> TaskGroup<T> open(String name) {
        return builder(name).open();
    }

    /**
     * The name this group was given.
     *
     * @return the name
     */
    public String name() {
        return name;
    }

    /**
     * Takes a task. It begins as soon as it has a thread; in a group that has been cancelled, by a failure for example,
     * it is cancelled at once and never begins. A stack that ends in here may leave the group counting a worker that never
     * began: {@link #join} and {@link #close} then wait for it.
     *
     * @param work what to run
     * @return a handle on the task
     * @throws RejectedExecutionException after {@link #close}; the task was not taken
     */
    @CanIgnoreReturnValue
    public Task<T> submit(Callable<? extends T> work) {
        given(work, "task group", name, "task given to submit");
        TaskLedger.Added<T> added = ledger.add(this, work);
        if (added.needsWorker()) {
            workers.start(added.task());
        }
        return added.task();
    }

    /**
     * Waits, without a deadline, for all tasks submitted so far and meanwhile.
     *
     * @return the results of the tasks, in order of submission; those cancelled through their handle have none.
     *     Unmodifiable
     * @throws TasksFailedException if any task failed, once all have come to their end; again at each call
     * @throws CancellationException if none failed, but {@link #cancel()} cancelled some that had not been cancelled
     *     through their handle before
     * @throws InterruptedException if the calling thread is interrupted while it waits; the tasks go on
     * @throws IllegalStateException if called from inside one of the group's own tasks
     */
    public List<T> join() throws InterruptedException {
        requireOutside("join");
        ledger.awaitSettled(null);
        return results();
    }

    /**
     * Waits for all tasks submitted so far and meanwhile, but no longer than a timeout.
     *
     * @param timeout how long to wait at most; zero or negative looks once
     * @return the results of the tasks, as {@link #join()}
     * @throws StillRunningException if the time ran out: it names the tasks that run and shows their stacks, and its
     *     cause is what has failed so far; the tasks go on
     * @throws TasksFailedException as {@link #join()}
     * @throws CancellationException as {@link #join()}
     * @throws InterruptedException if the calling thread is interrupted while it waits; the tasks go on
     * @throws IllegalStateException if called from inside one of the group's own tasks
     */
    public List<T> join(Duration timeout) throws InterruptedException, StillRunningException {
        requireOutside("join");
        if (!ledger.awaitSettled(deadline(timeout))) {
            throw stillRunning("join gave up after " + timeout);
        }
        return results();
    }

    /**
     * Cancels every task that has not come to its end, and every one submitted from now on. Those that run are
     * interrupted and come to their own end; this method does not wait for it.
     */
    public void cancel() {
        ledger.cancel();
    }

    /**
     * Takes no more tasks, and waits until all have come to their end and their threads are done; after that the group's
     * meters are gone. If the calling thread is interrupted meanwhile, the tasks are cancelled, and waited for no longer
     * than the group's grace ({@link Builder#grace}) or until a second interrupt; the thread's interrupt status is set on
     * return. Further calls do nothing more.
     *
     * @throws TasksFailedException if tasks failed of which neither {@link #join} nor {@link Task#get} has told anybody
     * @throws IllegalStateException if tasks did not heed the interrupt within the grace: the cause names them and shows
     *     their stacks; or if called from inside one of the group's own tasks
     */
    @Override
    public void close() {
        requireOutside("close");
        ledger.close();
        boolean interrupted = false;
        try {
            ledger.awaitWorkersGone(null);
        } catch (InterruptedException e) {
            interrupted = true;
        }
        try {
            if (interrupted) {
                cancel();
                awaitWorkersGoneWithinGrace();
            }
            finish();
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /**
     * What has become of the tasks so far: a consistent snapshot, final once the group is closed.
     *
     * @return the balance
     */
    public TaskBalance balance() {
        return ledger.balance();
    }

    long started() {
        return ledger.started();
    }

    Deadline deadline(Duration timeout) {
        return Deadline.after(given(timeout, "task group", name, "timeout given to wait for its tasks"), clock);
    }

    boolean cancel(Task<T> task) {
        return ledger.cancel(task);
    }

    private void awaitWorkersGoneWithinGrace() {
        try {
            ledger.awaitWorkersGone(deadline(grace));
        } catch (InterruptedException e) {
            return; // A second interrupt; the first is passed on to the caller already.
        }
    }

    private void finish() {
        boolean done = ledger.isDoneOrAbandon();
        TasksFailedException unreported = failure(false);
        if (!done) {
            IllegalStateException stuck = new IllegalStateException(
                    "task group '" + name + "' was closed without all of its tasks having come to their end",
                    stillRunning("close was interrupted and gave up after a grace of " + grace));
            if (unreported != null) {
                stuck.addSuppressed(unreported);
            }
            throw stuck;
        }
        meters.close();
        if (unreported != null) {
            throw unreported;
        }
    }

    /** What has failed, or what of it nobody has been told; {@code null} if that is nothing. From here it counts as told. */
    private @Nullable TasksFailedException failure(boolean again) {
        List<Throwable> thrown = ledger.failures(again);
        return thrown.isEmpty() ? null : TaskReport.failed(name, balance(), thrown);
    }

    private List<T> results() {
        TasksFailedException failure = failure(true);
        if (failure != null) {
            throw failure;
        }
        return ledger.results();
    }

    private StillRunningException stillRunning(String what) {
        List<Task<T>> running = ledger.running();
        return TaskReport.stillRunning(name, what, balance(), running, failure(true));
    }

    private void requireOutside(String attempt) {
        Task<T> own = ledger.runningOn(Thread.currentThread());
        if (own != null) {
            throw new IllegalStateException(own + " called " + attempt
                    + " of its own group and would wait for itself: wait in the thread that opened the group");
        }
    }

    @Override
    public String toString() {
        return "TaskGroup(" + name + ", " + balance() + ")";
    }

    /** The configuration of a {@link TaskGroup}. */
    public static final class Builder {

        private final String name;
        private int threads = Integer.MAX_VALUE;
        private ThreadKind kind = ThreadKind.PLATFORM;
        private FailurePolicy onFailure = FailurePolicy.CANCEL_REST;
        private Duration grace = Duration.ofSeconds(10);
        private Clock clock = Clock.system();
        private @Nullable MeterRegistry registry;
        private @Nullable ThreadFactory factory;

        private Builder(String name) {
            this.name = requireNonNull(name, "the name of the task group is null");
            if (name.isBlank()) {
                throw new IllegalArgumentException("the name of the task group is blank: say what it does");
            }
        }

        /**
         * How many tasks run at once; the others wait for a thread. Tasks that wait for one another need a thread each.
         * Default: as many as there are tasks.
         *
         * @param count the number of threads; positive
         * @return this builder
         * @throws IllegalArgumentException if it is not positive
         */
        public Builder threads(int count) {
            if (count < 1) {
                throw new IllegalArgumentException("threads of task group '" + name + "' is " + count
                        + ": allowed is 1 and more; leave it out for a thread for each task");
            }
            this.threads = count;
            return this;
        }

        /**
         * What the tasks run on. Default: {@link ThreadKind#PLATFORM}.
         *
         * @param threadKind platform, daemon or virtual
         * @return this builder
         */
        public Builder threads(ThreadKind threadKind) {
            this.kind = given(threadKind, "task group", name, "kind of its threads");
            return this;
        }

        /**
         * What becomes of the others when a task fails. Default: {@link FailurePolicy#CANCEL_REST}.
         *
         * @param policy the policy
         * @return this builder
         */
        public Builder onFailure(FailurePolicy policy) {
            this.onFailure = given(policy, "task group", name, "policy given to onFailure");
            return this;
        }

        /**
         * How long an interrupted {@link TaskGroup#close} waits for the tasks it has cancelled. Default: 10 seconds.
         *
         * @param duration the grace; zero or more
         * @return this builder
         * @throws IllegalArgumentException if it is negative
         */
        public Builder grace(Duration duration) {
            if (given(duration, "task group", name, "grace").isNegative()) {
                throw new IllegalArgumentException(
                        "grace of task group '" + name + "' is " + duration + ": allowed is zero and more");
            }
            this.grace = duration;
            return this;
        }

        /**
         * Publishes the meters of {@link TaskMetrics}. Default: none.
         *
         * @param meterRegistry where they go; {@code null} for none
         * @return this builder
         */
        public Builder meterRegistry(@Nullable MeterRegistry meterRegistry) {
            this.registry = meterRegistry;
            return this;
        }

        /**
         * What timeouts are measured on.
         *
         * @param source the clock; default {@link Clock#system()}
         * @return this builder
         */
        public Builder clock(Clock source) {
            this.clock = given(source, "task group", name, "clock");
            return this;
        }

        /** For tests: threads that do not start. */
        Builder threadFactory(ThreadFactory threadFactory) {
            this.factory = threadFactory;
            return this;
        }

        /**
         * Opens the group. No thread is started before the first task.
         *
         * @param <T> what the tasks return
         * @return the group; close it
         * @throws UnsupportedOperationException if virtual threads were chosen and the running JVM has none
         * @throws IllegalStateException if a group of this name is in the registry already and has not been closed
         */
        public <T extends @Nullable Object> TaskGroup<T> open() {
            return new TaskGroup<>(this);
        }
    }
}
