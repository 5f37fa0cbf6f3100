// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline;

import io.github.esclusa.core.thread.ThreadKind;
import io.github.esclusa.core.time.Clock;
import io.github.esclusa.pipeline.engine.SegmentSpec;
import io.github.esclusa.pipeline.engine.Step;
import io.github.esclusa.pipeline.function.BatchSink;
import io.github.esclusa.pipeline.function.Sink;
import io.github.esclusa.pipeline.function.StageFunction;
import io.github.esclusa.pipeline.function.StagePredicate;
import io.github.esclusa.pipeline.function.Weigher;
import io.github.esclusa.pipeline.policy.Overflow;
import io.github.esclusa.pipeline.report.SettlementListener;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Describes a pipeline: settings first, then the stages in the order in which messages meet them, then a sink, then
 * {@link Assembly#start}. Each stage is added to what the call before it returned. Not for use by several threads.
 *
 * <p>Defaults: a capacity of 1,024 messages, submitters that block when it is used up, platform threads, half a minute
 * to drain on {@code close}.
 *
 * @param <T> the type of message the pipeline takes in
 * @param <C> the type that has come out of the stages so far
 */
public final class PipelineBuilder<T, C> {

    static final int DEFAULT_CAPACITY = 1024;

    private final Plan<T> plan;

    /** How many stages there were when this was made: the next is to follow them. */
    private final int stages;

    private PipelineBuilder(Plan<T> plan) {
        this.plan = plan;
        this.stages = plan.stageCount();
    }

    static <T> PipelineBuilder<T, T> named(String name) {
        return new PipelineBuilder<>(new Plan<>(name));
    }

    /**
     * Bounds the messages that are accepted and not settled, for each inlet that does not say otherwise. All inlets
     * together need credit for what the workers take in hand: one message each, a batch's worth each for a batch sink.
     * An inlet smaller than a batch is allowed, and warned of: alone it never fills one.
     *
     * @param messages how many; at least 1
     * @return this
     */
    public PipelineBuilder<T, C> capacity(int messages) {
        plan.defaults().capacity(messages);
        return this;
    }

    /**
     * Bounds the weight of the messages that are accepted and not settled, for each inlet that does not say otherwise.
     * A message heavier than that is refused as too heavy.
     *
     * @param bytes how much they may weigh together; at least 1
     * @param weigher weighs a message
     * @return this
     */
    public PipelineBuilder<T, C> maxWeight(long bytes, Weigher<? super T> weigher) {
        plan.defaults().maxWeight(bytes, weigher);
        return this;
    }

    /**
     * Says what to do with a message for which there is no room, for each inlet that does not say otherwise.
     *
     * @param policy block (the default), reject or drop the oldest
     * @return this
     */
    public PipelineBuilder<T, C> whenFull(Overflow policy) {
        plan.defaults().whenFull(policy);
        return this;
    }

    /**
     * Declares an inlet with the settings given so far and later for all. A pipeline for which none is declared has one,
     * named {@code main}; the first one declared is the one behind {@link Pipeline#submit}.
     *
     * @param name the inlet's name, unique in the pipeline
     * @return this
     */
    public PipelineBuilder<T, C> inlet(String name) {
        return inlet(name, settings -> {});
    }

    /**
     * Declares an inlet with settings of its own.
     *
     * @param name the inlet's name, unique in the pipeline
     * @param settings sets what differs from the pipeline's
     * @return this
     */
    public PipelineBuilder<T, C> inlet(String name, Consumer<InletBuilder<T>> settings) {
        plan.addInlet(name, settings);
        return this;
    }

    /**
     * Registers the pipeline's meters, named in {@link io.github.esclusa.pipeline.report.PipelineMetrics}, until its end:
     * they are gone, and its name is free for another in the registry, at the latest when {@code shutdown} or
     * {@code close} returns. That its state is {@link PipelineState#TERMINATED} does not say so yet.
     *
     * @param registry where they go; {@code null} (the default) for nowhere
     * @return this
     */
    public PipelineBuilder<T, C> meterRegistry(@Nullable MeterRegistry registry) {
        plan.registry(registry);
        return this;
    }

    /**
     * Names a listener that hears of each accepted message once, when it is settled. It is called on the thread that settles the
     * message, a worker for the most part: one that blocks holds that thread up, and the message's credit. A shutdown's report
     * comes at its deadline all the same: one that blocks then is interrupted and named as stuck.
     *
     * @param listener the listener
     * @return this
     */
    public PipelineBuilder<T, C> onSettled(SettlementListener<? super T> listener) {
        plan.listener(listener);
        return this;
    }

    /**
     * Chooses what the workers run on.
     *
     * @param kind platform threads (the default), daemons, or virtual threads
     * @return this
     * @throws UnsupportedOperationException if virtual threads are asked for on a JVM that has none
     */
    public PipelineBuilder<T, C> threads(ThreadKind kind) {
        plan.threads(kind);
        return this;
    }

    /**
     * Replaces the clock, for tests.
     *
     * @param clock measures the pipeline's waits
     * @return this
     */
    public PipelineBuilder<T, C> clock(Clock clock) {
        plan.clock(clock);
        return this;
    }

    /**
     * How long {@link Pipeline#close} gives the drain.
     *
     * @param timeout half a minute unless set; zero or more
     * @return this
     */
    public PipelineBuilder<T, C> closeTimeout(Duration timeout) {
        plan.closeTimeout(timeout);
        return this;
    }

    /**
     * Adds a stage that turns each message into another.
     *
     * @param <R> the type that comes out
     * @param name the stage's name, unique in the pipeline
     * @param function what it does
     * @return a builder for what comes out
     */
    public <R> PipelineBuilder<T, R> map(String name, StageFunction<? super C, ? extends R> function) {
        return map(name, function, stage -> {});
    }

    /**
     * Adds a stage that turns each message into another, with settings.
     *
     * @param <R> the type that comes out
     * @param name the stage's name, unique in the pipeline
     * @param function what it does
     * @param settings sets workers and error policy
     * @return a builder for what comes out
     */
    public <R> PipelineBuilder<T, R> map(
            String name, StageFunction<? super C, ? extends R> function, Consumer<StageBuilder<C>> settings) {
        plan.addStep(stages, name, Step.map(Erasure.function(plan.given(name, "function", function))), settings);
        return new PipelineBuilder<>(plan);
    }

    /**
     * Adds a stage that lets some messages through and settles the others as filtered.
     *
     * @param name the stage's name, unique in the pipeline
     * @param predicate tells which go on
     * @return a builder for what goes on
     */
    public PipelineBuilder<T, C> filter(String name, StagePredicate<? super C> predicate) {
        return filter(name, predicate, stage -> {});
    }

    /**
     * Adds a stage that lets some messages through, with settings.
     *
     * @param name the stage's name, unique in the pipeline
     * @param predicate tells which go on
     * @param settings sets workers and error policy
     * @return a builder for what goes on
     */
    public PipelineBuilder<T, C> filter(
            String name, StagePredicate<? super C> predicate, Consumer<StageBuilder<C>> settings) {
        plan.addStep(stages, name, Step.filter(Erasure.predicate(plan.given(name, "predicate", predicate))), settings);
        return new PipelineBuilder<>(plan);
    }

    /**
     * Gathers messages for a sink that takes many at a time. A batch goes when it is full or when its oldest message
     * has waited so long; and at once when the pipeline drains, or when nothing is on its way and an inlet from which it has
     * messages has no room for others.
     *
     * @param size how many messages at the most; at least 1
     * @param linger how long the oldest may wait for the batch to fill; zero for not at all
     * @return a builder for the sink
     * @throws IllegalArgumentException if the size is less than 1 or the linger negative
     */
    public BatchBuilder<T, C> batch(int size, Duration linger) {
        return new BatchBuilder<>(plan, stages, plan.batch(size, linger));
    }

    /**
     * Adds the sink, which takes one message at a time.
     *
     * @param name the sink's name, unique in the pipeline
     * @param sink what it does
     * @return the assembled pipeline
     */
    public Assembly<T> sink(String name, Sink<? super C> sink) {
        return sink(name, sink, stage -> {});
    }

    /**
     * Adds the sink, with settings.
     *
     * @param name the sink's name, unique in the pipeline
     * @param sink what it does
     * @param settings sets workers and error policy
     * @return the assembled pipeline
     */
    public Assembly<T> sink(String name, Sink<? super C> sink, Consumer<StageBuilder<C>> settings) {
        plan.addStep(stages, name, Step.sink(Erasure.sink(plan.given(name, "sink", sink))), settings);
        return new Assembly<>(plan);
    }

    /**
     * A batch in need of a sink.
     *
     * @param <T> the type of message the pipeline takes in
     * @param <C> the type of message in the batch
     */
    public static final class BatchBuilder<T, C> {

        private final Plan<T> plan;
        private final int stages;
        private final SegmentSpec.BatchSpec batch;

        BatchBuilder(Plan<T> plan, int stages, SegmentSpec.BatchSpec batch) {
            this.plan = plan;
            this.stages = stages;
            this.batch = batch;
        }

        /**
         * Adds the sink, which takes batches.
         *
         * @param name the sink's name, unique in the pipeline
         * @param sink what it does
         * @return the assembled pipeline
         */
        public Assembly<T> sink(String name, BatchSink<? super C> sink) {
            return sink(name, sink, stage -> {});
        }

        /**
         * Adds the sink, which takes batches, with settings.
         *
         * @param name the sink's name, unique in the pipeline
         * @param sink what it does
         * @param settings sets workers and error policy
         * @return the assembled pipeline
         */
        public Assembly<T> sink(String name, BatchSink<? super C> sink, Consumer<StageBuilder<C>> settings) {
            Step.Code code = Step.batchSink(Erasure.batchSink(plan.given(name, "sink", sink)));
            plan.addBatchSink(stages, name, code, batch, settings);
            return new Assembly<>(plan);
        }
    }

    /**
     * A complete pipeline that has not been started.
     *
     * @param <T> the type of message it takes in
     */
    public static final class Assembly<T> {

        private final Plan<T> plan;

        Assembly(Plan<T> plan) {
            this.plan = plan;
        }

        /**
         * Checks the description and starts the pipeline.
         *
         * @return the running pipeline
         * @throws IllegalArgumentException if settings contradict each other: it names them
         * @throws IllegalStateException if a live pipeline of this name is in the meter registry
         */
        public Pipeline<T> start() {
            return plan.start();
        }
    }
}
