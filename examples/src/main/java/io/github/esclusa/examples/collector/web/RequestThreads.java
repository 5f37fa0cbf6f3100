// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.web;

import io.github.esclusa.coordination.timer.Timer;
import io.github.esclusa.coordination.timer.Timers;
import io.github.esclusa.core.thread.NamedThreads;
import io.github.esclusa.core.thread.ThreadKind;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * A few threads that serve requests, none of which may take longer than a limit, its time in the queue included. So
 * clients that send or read slowly, however many, hold up the others for no longer than that.
 *
 * <p>The number of requests under way, those in the queue included, is bounded by that of their timers: with as many as
 * that, one more has its connection closed at once.
 */
final class RequestThreads implements Executor, AutoCloseable {

    private final Duration limit;

    private final Timers timers;
    private final ThreadPoolExecutor threads;

    RequestThreads(String name, int count, int maxUnderWay, Duration limit) {
        this.limit = limit;
        this.threads = new ThreadPoolExecutor(
                count, count, 30, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), NamedThreads.daemon(name));
        threads.allowCoreThreadTimeOut(true);
        // Last: this one has a thread from the start, and the pool above none before its first request.
        this.timers = Timers.builder(name)
                .threads(ThreadKind.DAEMON)
                .maxPending(maxUnderWay)
                .start();
    }

    /** Never rejects: the HTTP server would leave a rejected request's connection open for ever. */
    @Override
    public void execute(Runnable request) {
        Turn turn = new Turn(request);
        try {
            Timer timer = timers.after(limit, turn::cutShort);
            threads.execute(() -> {
                try {
                    turn.serve();
                } finally {
                    timer.cancel();
                }
            });
        } catch (RejectedExecutionException e) { // Too many under way, or closed: hang up, on the caller's thread.
            turn.cutShort();
            turn.serve();
        }
    }

    /** Cuts short whatever is under way. Does not wait for a supplier or a gauge that does not heed the interrupt. */
    @Override
    public void close() {
        threads.shutdownNow();
        timers.close();
    }
}
