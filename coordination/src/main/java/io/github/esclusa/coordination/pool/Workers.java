// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.pool;

import static java.util.Objects.requireNonNull;

import io.github.esclusa.core.thread.NamedThreads;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Runs the factory: every call to user code that a pool makes is made here, on a thread that holds no lock and that no
 * waiter depends on. Whatever a call throws, its end is reported to {@link HandOver} exactly once, and before anything that
 * may need memory, such as a log line.
 *
 * <p>Threads are started as they are needed and end after {@value #KEEP_ALIVE_SECONDS} idle seconds. Every job holds a
 * slot of the pool's bound, so there are about as many threads as {@code max} at the very most; how many of them create
 * is limited by {@link HandOver}. A validation never queues behind a creation. They are daemons: a factory call that
 * hangs must not keep the process from ending.
 */
final class Workers<T> {

    private static final int KEEP_ALIVE_SECONDS = 10;

    private final HandOver<T> handOver;
    private final ResourceFactory<T> factory;
    private final Executor executor;

    /** The same, if it is the pool's own: to be shut down with it. */
    private final @Nullable ExecutorService own;

    private final PoolTime time;
    private final PoolMetrics meters;
    private final PoolLog log;

    Workers(
            HandOver<T> handOver,
            ResourceFactory<T> factory,
            @Nullable Executor executor,
            String pool,
            PoolTime time,
            PoolMetrics meters,
            PoolLog log) {
        this.handOver = handOver;
        this.factory = factory;
        this.own = executor == null ? threads(pool) : null;
        this.executor = executor == null ? requireNonNull(own) : executor;
        this.time = time;
        this.meters = meters;
        this.log = log;
    }

    private static ExecutorService threads(String pool) {
        return new ThreadPoolExecutor(
                0,
                Integer.MAX_VALUE,
                KEEP_ALIVE_SECONDS,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                NamedThreads.daemon(pool + "-pool"));
    }

    /**
     * Has a job run elsewhere, or deals with it here if no thread can be had. Never throws. What the executor says is not
     * trusted: one that refuses may have queued the job all the same, and the claim on the job decides who ends it.
     */
    void start(Job<T> job) {
        try {
            if (job instanceof Job.Terminate) {
                terminate();
            } else {
                execute(job);
            }
        } catch (Throwable e) { // its end has been reported, or the pool has failed of this
            log.broken(e);
        }
    }

    private void execute(Job<T> job) {
        try {
            executor.execute(() -> run(job));
        } catch (Throwable e) { // no memory for a thread, above all
            if (job.take()) {
                refused(job, e);
            }
        }
    }

    /** Runs a job here, unless another thread has it already. Never throws. */
    void run(Job<T> job) {
        if (job.take()) {
            try {
                perform(job);
            } catch (Throwable e) { // its end has been reported, or the pool has failed of this
                log.broken(e);
            }
        }
    }

    private void perform(Job<T> job) {
        if (job instanceof Job.Create<T> create) {
            create(create);
        } else if (job instanceof Job.Validate<T> validate) {
            validate(validate);
        } else if (job instanceof Job.Destroy<T> destroy) {
            destroy(destroy);
        }
    }

    private void refused(Job<T> job, Throwable cause) {
        if (job instanceof Job.Create<T> create) {
            handOver.creationRefused(create, cause);
            log.creationRefused(cause);
        } else if (job instanceof Job.Validate<T> validate) {
            handOver.invalid(validate);
            log.validationRefused(cause);
        } else if (job instanceof Job.Destroy<T> destroy) {
            destroy(destroy);
            log.destructionRefused(destroy.reason, cause);
        }
    }

    private void create(Job.Create<T> job) {
        long start = time.now();
        T object = null;
        Throwable failure = null;
        handOver.begins(job);
        try {
            object = factory.create();
        } catch (Throwable e) {
            failure = e;
        }
        forgetInterrupt();
        long end = time.now();
        if (object != null && handOver.created(job, object, end)) {
            meters.created(end - start);
            return;
        }
        if (failure == null) {
            failure = useless(object == null ? "null" : "a resource that is in the pool already");
        }
        boolean heard = handOver.creationFailed(job, failure);
        meters.creationFailed(end - start);
        if (heard) {
            log.creationFailed(failure);
        } else {
            log.creationFailedUnheard(failure);
            endLogIfOver();
        }
    }

    /**
     * Tells what the log left out, should the pool have come to its end since the creation did. It has been logged before this
     * reads the phase; the phase comes before the log's end. So one of the two finds what was left out.
     */
    private void endLogIfOver() {
        if (handOver.isDrained()) {
            log.end();
        }
    }

    private static Throwable useless(String made) {
        try {
            return new IllegalStateException(
                    "the factory's create() returned " + made + ": let it throw where there is none");
        } catch (OutOfMemoryError e) {
            return e;
        }
    }

    private void validate(Job.Validate<T> job) {
        long start = time.now();
        boolean valid = false;
        Throwable failure = null;
        handOver.begins(job);
        try {
            valid = factory.isValid(job.resource.object);
        } catch (Throwable e) {
            failure = e;
        }
        forgetInterrupt();
        long end = time.now();
        if (valid) {
            handOver.validated(job, end);
        } else {
            handOver.invalid(job);
        }
        meters.validated(end - start);
        if (failure != null) {
            log.validationThrew(failure);
        }
    }

    private void destroy(Job.Destroy<T> job) {
        Throwable failure = null;
        handOver.begins(job);
        try {
            factory.destroy(job.resource.object);
        } catch (Throwable e) {
            failure = e;
        }
        try {
            meters.destroyed(job.reason); // first: they may go with the last resource
        } finally {
            handOver.destroyed(job.resource, failure == null ? Books.Destruction.DONE : Books.Destruction.FAILED);
        }
        if (failure != null) {
            log.destructionFailed(job.reason, failure);
        }
    }

    private void terminate() {
        handOver.terminating();
        try {
            log.end();
            meters.close();
            if (own != null) {
                own.shutdown();
            }
        } finally {
            handOver.terminated();
        }
    }

    /**
     * What user code did to this thread's interrupt flag is not the next job's concern. On a foreign executor's threads it is
     * that one's, and where it runs jobs on the caller's, the flag is the caller's.
     */
    private void forgetInterrupt() {
        if (own != null) {
            boolean ignored = Thread.interrupted();
        }
    }
}
