// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.testing;

import static java.util.Objects.requireNonNull;

import io.github.esclusa.pipeline.Pipeline;
import io.github.esclusa.pipeline.PipelineState;
import io.github.esclusa.pipeline.report.Admission;
import io.github.esclusa.pipeline.report.DrainReport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Run in a small JVM of its own: a sink takes all the memory there is, down to the last few bytes, and the worker dies of
 * it; a second after that, the memory is there again. Ends with 0 if the pipeline has closed and balances.
 */
@SuppressWarnings("UnusedVariable") // what is held is held for its size
public final class NoMemory {

    private static final class Node {
        @Nullable
        Node next;

        Node(@Nullable Node next) {
            this.next = next;
        }
    }

    private static volatile @Nullable List<byte[]> blocks;
    private static volatile @Nullable Node nodes;
    private static volatile boolean full;
    private static volatile @Nullable Pipeline<Integer> starved;

    /** Whether the producer waits, and memory may run out. */
    private static volatile boolean armed;

    private NoMemory() {}

    public static void main(String[] args) throws InterruptedException {
        Pipeline<Integer> pipeline = Pipeline.<Integer>builder("starved")
                .capacity(2)
                .sink("sink", n -> {
                    while (!armed) {
                        LockSupport.parkNanos(1_000_000);
                    }
                    fill();
                })
                .start();
        starved = pipeline;
        Thread reliever = new Thread(NoMemory::relieve);
        reliever.start();
        if (!pipeline.submit(1).accepted() || !pipeline.submit(2).accepted()) {
            throw new AssertionError("not accepted: " + pipeline);
        }
        Admission[] answer = new Admission[1];
        Thread producer = new Thread(() -> {
            try {
                answer[0] = pipeline.submit(3);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        producer.setDaemon(true);
        producer.start();
        while (pipeline.inlet("main").waiting() == 0 || producer.getState() != Thread.State.TIMED_WAITING) {
            LockSupport.parkNanos(1_000_000);
        }
        armed = true; // from here on this thread only joins, which needs no memory
        reliever.join();
        producer.join(20_000);
        boolean ended = !producer.isAlive();
        boolean failed = pipeline.state() == PipelineState.FAILED;
        Admission late = pipeline.trySubmit(4);
        long start = System.nanoTime();
        DrainReport<Integer> report = pipeline.shutdown(Duration.ofSeconds(60));
        long tookMillis = (System.nanoTime() - start) / 1_000_000;
        System.out.println("producer " + (ended ? "got " + answer[0] : "still waits") + ", late one got " + late + ", "
                + report + " in " + tookMillis + " ms");
        boolean good = ended && failed && late == Admission.CLOSED && report.balanced() && tookMillis < 30_000;
        Runtime.getRuntime().halt(good ? 0 : 1);
    }

    private static void fill() {
        List<byte[]> taken = new ArrayList<>(100_000);
        blocks = taken;
        for (int size = 1 << 20; size >= 64; size >>= 1) {
            try {
                while (true) {
                    taken.add(new byte[size]);
                }
            } catch (OutOfMemoryError e) {
                // smaller ones may fit
            }
        }
        try {
            while (true) {
                nodes = new Node(nodes);
            }
        } catch (OutOfMemoryError e) {
            full = true;
        }
    }

    private static boolean hasFailed(Pipeline<Integer> pipeline) {
        try {
            return pipeline.state() == PipelineState.FAILED;
        } catch (OutOfMemoryError e) {
            return false; // a contended lock takes memory
        }
    }

    private static void relieve() {
        Pipeline<Integer> pipeline = requireNonNull(starved);
        if (hasFailed(pipeline)) { // the first time, while there is memory for its classes
            throw new AssertionError("failed too soon: " + pipeline);
        }
        while (!full) {
            LockSupport.parkNanos(1_000_000);
        }
        long start = System.nanoTime();
        while (!hasFailed(pipeline) && System.nanoTime() - start < 30_000_000_000L) {
            LockSupport.parkNanos(50_000_000); // each step of a death without memory is a full collection
        }
        start = System.nanoTime();
        while (System.nanoTime() - start < 1_000_000_000L) {
            LockSupport.parkNanos(50_000_000);
        }
        blocks = null;
        nodes = null;
    }
}
