// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.benchmarks.timer;

import io.github.esclusa.core.thread.NamedThreads;
import io.netty.util.HashedWheelTimer;
import io.netty.util.Timeout;
import io.netty.util.TimerTask;
import io.netty.util.concurrent.ImmediateExecutor;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Netty's wheel, whose timers come up to a tick late. The tick is a millisecond, not the default hundred: the wheel takes in at
 * most 100,000 new timers a tick, and with the default one thread would outrun it until memory is full.
 */
record WheelTiming(
        HashedWheelTimer wheel, TimerTask task, @Nullable ExecutorService own) implements Timing {

    private static final int TICK_MILLIS = 1;
    private static final int SLOTS = 512;

    /** Runs the tasks on the thread that keeps the time, Netty's default. */
    static Timing start(Runnable task) {
        return new WheelTiming(wheel(ImmediateExecutor.INSTANCE), timeout -> task.run(), null);
    }

    /** Hands the tasks to another thread, as Esclusa does. */
    static Timing handingOver(Runnable task) {
        ExecutorService executor = Executors.newSingleThreadExecutor(NamedThreads.daemon("wheel-worker"));
        return new WheelTiming(wheel(executor), timeout -> task.run(), executor);
    }

    private static HashedWheelTimer wheel(Executor executor) {
        HashedWheelTimer wheel = new HashedWheelTimer(
                NamedThreads.daemon("wheel"), TICK_MILLIS, TimeUnit.MILLISECONDS, SLOTS, false, -1, executor);
        wheel.start();
        return wheel;
    }

    @Override
    public Object timeOut() {
        return wheel.newTimeout(task, LONG.toNanos(), TimeUnit.NANOSECONDS);
    }

    @Override
    public void cancel(Object timeOut) {
        ((Timeout) timeOut).cancel();
    }

    @Override
    public void fire() {
        wheel.newTimeout(task, SHORT.toNanos(), TimeUnit.NANOSECONDS);
    }

    @Override
    public void close() {
        wheel.stop();
        if (own != null) {
            own.shutdownNow();
        }
    }
}
