// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline;

import static java.util.Objects.requireNonNull;

import io.github.esclusa.core.thread.NamedThreads;
import io.github.esclusa.core.thread.ThreadKind;
import io.github.esclusa.core.time.Clock;
import io.github.esclusa.core.time.Deadline;
import io.github.esclusa.pipeline.engine.Engine;
import io.github.esclusa.pipeline.engine.EngineSpec;
import io.github.esclusa.pipeline.engine.InletSpec;
import io.github.esclusa.pipeline.engine.SegmentSpec;
import io.github.esclusa.pipeline.engine.Step;
import io.github.esclusa.pipeline.policy.ErrorPolicy;
import io.github.esclusa.pipeline.policy.Overflow;
import io.github.esclusa.pipeline.report.SettlementListener;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a builder has been told so far, and how it is checked and turned into segments: a stage with workers of its own
 * begins a segment, the first stage and a batch always do, any other joins the segment before it.
 */
final class Plan<T> {

    private static final Logger log = LoggerFactory.getLogger(Plan.class);

    /** The segment that stages are being added to. */
    private record Draft(String name, int workers, List<Step> steps) {}

    private final String name;

    private final InletBuilder<T> defaults;
    private final Map<String, InletBuilder<T>> inlets = new LinkedHashMap<>();
    private final Set<String> stageNames = new LinkedHashSet<>();
    private final List<SegmentSpec> segments = new ArrayList<>();

    private @Nullable Draft draft;
    private @Nullable MeterRegistry registry;
    private @Nullable SettlementListener<? super T> listener;
    private ThreadKind threads = ThreadKind.PLATFORM;
    private Clock clock = Clock.system();
    private Duration closeTimeout = Duration.ofSeconds(30);
    private boolean started;

    Plan(String name) {
        this.name = requireNonNull(name, "the name of the pipeline is null");
        if (name.isBlank()) {
            throw new IllegalArgumentException(
                    "the pipeline's name is blank: it tags its metrics, threads and errors, so give it one");
        }
        this.defaults = new InletBuilder<>("pipeline '" + name + "'", "main");
    }

    InletBuilder<T> defaults() {
        return defaults;
    }

    void registry(@Nullable MeterRegistry meters) {
        this.registry = meters;
    }

    void listener(SettlementListener<? super T> hears) {
        if (listener != null) {
            throw new IllegalStateException("pipeline '" + name + "' has a settlement listener already: give it one"
                    + " that tells the others");
        }
        this.listener = requireNonNull(hears, () -> "pipeline '" + name + "': the listener is null");
    }

    void threads(ThreadKind kind) {
        requireNonNull(kind, () -> "pipeline '" + name + "': the kind of its threads is null");
        NamedThreads.of(kind, name); // says so at once where the running JVM has none of the kind
        this.threads = kind;
    }

    void clock(Clock measures) {
        this.clock = requireNonNull(measures, () -> "pipeline '" + name + "': the clock is null");
    }

    void closeTimeout(Duration timeout) {
        if (requireNonNull(timeout, () -> "pipeline '" + name + "': the closeTimeout is null")
                .isNegative()) {
            throw new IllegalArgumentException(
                    "pipeline '" + name + "': closeTimeout(" + timeout + ") must not be negative");
        }
        this.closeTimeout = timeout;
    }

    void addInlet(String inletName, Consumer<InletBuilder<T>> settings) {
        refuseName("inlet", inletName, inlets.keySet());
        requireNonNull(
                settings,
                () -> "pipeline '" + name + "', inlet '" + inletName + "': the consumer of its settings is null");
        InletBuilder<T> inlet = new InletBuilder<>("pipeline '" + name + "', inlet '" + inletName + "'", inletName);
        settings.accept(inlet);
        inlets.put(inletName, inlet);
    }

    /** A stage's code or settings. A null would else be met message by message, on a worker. */
    <X> X given(String stage, String what, X it) {
        return requireNonNull(it, () -> "pipeline '" + name + "', stage '" + stage + "': the " + what + " is null");
    }

    /** How messages are gathered for a sink that has yet to be named. */
    SegmentSpec.BatchSpec batch(int size, Duration linger) {
        if (size < 1) {
            throw new IllegalArgumentException(
                    "pipeline '" + name + "': batch(" + size + ", …): the size must be at least 1");
        }
        requireNonNull(linger, () -> "pipeline '" + name + "': batch(…, linger): the linger is null");
        if (linger.isNegative()) {
            throw new IllegalArgumentException(
                    "pipeline '" + name + "': batch(…, " + linger + "): the linger must not be negative");
        }
        return new SegmentSpec.BatchSpec(size, Deadline.nanosOf(linger));
    }

    /** How many stages there are, the sink included. */
    int stageCount() {
        return stageNames.size();
    }

    <I> void addStep(int after, String stage, Step.Code code, Consumer<StageBuilder<I>> settings) {
        refuseBranch(after, stage);
        StageBuilder<I> built = configure(stage, settings);
        if (built.policy().dataErrors() != null) {
            throw new IllegalArgumentException("pipeline '" + name + "', stage '" + stage
                    + "': bisect halves batches, and this stage takes one message at a time: put batch(..) before the sink, or"
                    + " leave bisect out");
        }
        stageNames.add(stage);
        Step step = new Step(stage, code, erased(built.policy()));
        Integer workers = built.workers();
        if (draft == null || workers != null) {
            closeDraft();
            draft = new Draft(stage, workers == null ? 1 : workers, new ArrayList<>());
        }
        draft.steps().add(step);
    }

    <I> void addBatchSink(
            int after, String stage, Step.Code code, SegmentSpec.BatchSpec batch, Consumer<StageBuilder<I>> settings) {
        refuseBranch(after, stage);
        StageBuilder<I> built = configure(stage, settings);
        closeDraft();
        stageNames.add(stage);
        Step step = new Step(stage, code, erased(built.policy()));
        Integer workers = built.workers();
        segments.add(new SegmentSpec(stage, List.of(step), workers == null ? 1 : workers, batch));
    }

    Pipeline<T> start() {
        if (started) {
            throw new IllegalStateException("pipeline '" + name + "' was started from this builder already: a builder"
                    + " describes one pipeline");
        }
        closeDraft();
        List<InletSpec> inletSpecs = new ArrayList<>();
        for (InletBuilder<T> inlet : inlets.isEmpty() ? List.of(defaults) : inlets.values()) {
            inletSpecs.add(inlet.spec(defaults));
        }
        EngineSpec spec = new EngineSpec(
                name,
                inletSpecs,
                segments,
                prefix -> NamedThreads.of(threads, prefix),
                clock,
                erased(listener),
                registry);
        checkCapacity(spec);
        Engine engine = Engine.start(spec);
        started = true;
        return new Pipeline<>(name, closeTimeout, engine);
    }

    /** A builder that has been continued knows another type than what comes out now, and may have its sink already. */
    private void refuseBranch(int after, String stage) {
        if (after != stageNames.size()) {
            throw new IllegalStateException("pipeline '" + name + "': stage '" + stage + "' was added to a builder that"
                    + " has been continued already, with stages " + stageNames
                    + ": add each stage to what the call before"
                    + " it returned");
        }
    }

    private void checkCapacity(EngineSpec spec) {
        long capacity = spec.inlets().stream().mapToLong(InletSpec::capacity).sum();
        long inHand = segments.stream().mapToLong(SegmentSpec::inHand).sum();
        if (capacity < inHand) {
            throw new IllegalArgumentException("pipeline '" + name + "': "
                    + inWords(
                            spec.inlets(),
                            inlet -> "capacity(" + inlet.capacity() + ") of inlet '" + inlet.name() + "'")
                    + " is too small: its workers and batches take up to " + inHand + " messages in hand, "
                    + inWords(segments, segment -> segment.inHand() + " from stage '" + segment.name() + "' on")
                    + ", and each needs credit; raise the capacity to at least " + inHand + " in all"
                    + " or ask for fewer workers or smaller batches");
        }
        int batch = segments.stream()
                .mapToInt(
                        segment -> segment.batch() == null ? 1 : segment.batch().size())
                .max()
                .orElse(1);
        int workers = spec.workers();
        for (InletSpec inlet : spec.inlets()) {
            if (inlet.overflow() instanceof Overflow.DropOldest && inlet.capacity() <= workers) {
                log.warn(
                        "pipeline '{}', inlet '{}': its capacity({}) is no more than the number of workers, {}, who may"
                                + " have all of it and leave Overflow.dropOldest() nothing to drop: give it a capacity of"
                                + " more than {}",
                        name,
                        inlet.name(),
                        inlet.capacity(),
                        workers,
                        workers);
            }
            if (inlet.capacity() < batch) {
                log.warn(
                        "pipeline '{}', inlet '{}': what comes in through its capacity({}) alone never fills a batch of"
                                + " {}, which then goes when the inlet is full or the linger is over",
                        name,
                        inlet.name(),
                        inlet.capacity(),
                        batch);
            } else if (inlet.mostOut(workers) < batch) {
                log.warn(
                        "pipeline '{}', inlet '{}': what comes in through it alone never fills a batch of {}, which goes"
                                + " with {} at the most: of its capacity({}) a quarter stays queued, for"
                                + " Overflow.dropOldest() to find; give it a third more than the batch, or ask for smaller"
                                + " batches",
                        name,
                        inlet.name(),
                        batch,
                        inlet.mostOut(workers),
                        inlet.capacity());
            }
        }
    }

    private static <X> String inWords(List<X> all, Function<X, String> words) {
        return all.stream().map(words).collect(Collectors.joining(", "));
    }

    private <I> StageBuilder<I> configure(String stage, Consumer<StageBuilder<I>> settings) {
        given(stage, "consumer of its settings", settings);
        refuseName("stage", stage, stageNames);
        StageBuilder<I> stageBuilder = new StageBuilder<>(name, stage);
        settings.accept(stageBuilder);
        return stageBuilder; // its name is taken once it has passed every check: a corrected call may follow a refused
        // one
    }

    private void refuseName(String what, String given, Set<String> taken) {
        requireNonNull(given, () -> "pipeline '" + name + "': the name of its " + what + " is null");
        String where = "pipeline '" + name + "', " + what + " '" + given + "'";
        if (given.isBlank()) {
            throw new IllegalArgumentException(where + ": the name is blank: it tags meters and stands in errors");
        }
        if (taken.contains(given)) {
            throw new IllegalArgumentException(where + ": the name is taken: give this one another");
        }
    }

    private void closeDraft() {
        if (draft != null) {
            segments.add(new SegmentSpec(draft.name(), draft.steps(), draft.workers(), null));
            draft = null;
        }
    }

    /** A stage's policy only meets the messages that the stage is given. */
    @SuppressWarnings("unchecked")
    private static ErrorPolicy<Object> erased(ErrorPolicy<?> policy) {
        return (ErrorPolicy<Object>) policy;
    }

    /** The listener only hears of messages that were submitted as {@code T}. */
    @SuppressWarnings("unchecked")
    private static @Nullable SettlementListener<Object> erased(@Nullable SettlementListener<?> listener) {
        return (SettlementListener<Object>) listener;
    }
}
