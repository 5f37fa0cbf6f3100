// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.torture;

import static java.util.Objects.requireNonNull;

import io.github.esclusa.pipeline.Inlet;
import io.github.esclusa.pipeline.Pipeline;
import io.github.esclusa.pipeline.PipelineBuilder;
import io.github.esclusa.pipeline.policy.BatchFailure;
import io.github.esclusa.pipeline.policy.ErrorPolicy;
import io.github.esclusa.pipeline.report.Admission;
import io.github.esclusa.pipeline.report.DrainReport;
import io.github.esclusa.pipeline.report.PipelineMetrics;
import io.github.resilience4j.retry.RetryConfig;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Runs one scenario: builds the pipeline, lets the producers loose, shuts down, and hands everything to the oracle. */
final class TortureRun {

    /** What the predicate of bisection knows as the data's fault. */
    private static final class Poison extends Exception {
        private static final long serialVersionUID = 1L;

        Poison() {
            super("poison", null, false, false);
        }
    }

    private final Scenario scenario;
    private final CountDownLatch release = new CountDownLatch(1);
    private final Set<Thread> workers = ConcurrentHashMap.newKeySet();

    /** What the sink applied, in order, as far as one worker can say. */
    private final Queue<Message> appliedInOrder = new ConcurrentLinkedQueue<>();

    /** Settlements that the listener has heard of. */
    private final AtomicLong heard = new AtomicLong();

    private final @Nullable SimpleMeterRegistry registry;

    /** For those who submit in turn. */
    private final AtomicReference<@Nullable Pipeline<Message>> self = new AtomicReference<>();

    /** Counts down the answers still to come. */
    private final CountDownLatch answered;

    TortureRun(Scenario scenario) {
        this.scenario = scenario;
        this.registry = scenario.watched() ? new SimpleMeterRegistry() : null;
        this.answered = new CountDownLatch(
                scenario.producers().stream().mapToInt(List::size).sum());
    }

    void run() throws InterruptedException {
        Pipeline<Message> pipeline = build();
        self.set(pipeline);
        Map<String, FunctionCounter> settled = new HashMap<>();
        List<FunctionCounter> accepted = new ArrayList<>();
        if (registry != null) {
            for (FunctionCounter each : registry.get(PipelineMetrics.SETTLED).functionCounters()) {
                settled.put(requireNonNull(each.getId().getTag(PipelineMetrics.OUTCOME_TAG)), each);
            }
            accepted.addAll(registry.get(PipelineMetrics.SUBMITTED)
                    .tag(PipelineMetrics.OUTCOME_TAG, "accepted")
                    .functionCounters());
        }
        List<Thread> producers = new ArrayList<>();
        for (int i = 0; i < scenario.producers().size(); i++) {
            int producer = i;
            producers.add(new Thread(() -> produce(pipeline, producer), "torture-producer-" + i));
        }
        producers.forEach(Thread::start);
        Chaos chaos = Chaos.start(scenario, producers, workers);
        if (scenario.shutdown() == Scenario.Shutdown.AFTER) {
            for (Thread producer : producers) {
                producer.join();
            }
            answered.await();
            awaitSettled();
        } else {
            LockSupport.parkNanos(scenario.shutdownAfterMicros() * 1_000);
        }
        DrainReport<Message> report = shutdown(pipeline);
        long heardByThen = heard.get();
        for (Thread producer : producers) {
            producer.join();
        }
        answered.await(); // a callback may still be on its way when a report comes at its deadline
        chaos.end();
        release.countDown();
        for (Thread worker : workers) {
            worker.join();
        }
        Oracle oracle = new Oracle(scenario, report, List.copyOf(appliedInOrder), pipeline);
        oracle.check(heardByThen);
        if (registry != null) {
            oracle.check(registry, settled, accepted);
        }
    }

    /** Until nothing is left to be done, or nobody does it: the watchdog's business then. */
    private void awaitSettled() throws InterruptedException {
        while (heard.get() < scenario.messages().filter(Message::accepted).count()) {
            Thread.sleep(0, 50_000);
        }
    }

    private Pipeline<Message> build() {
        PipelineBuilder<Message, Message> builder = Pipeline.<Message>builder("torture-" + scenario.seed())
                .capacity(scenario.capacity())
                .meterRegistry(registry)
                .onSettled(settlement -> {
                    settlement.message().heard.add(settlement.outcome());
                    heard.incrementAndGet();
                    echo(self.get(), settlement.inlet(), settlement.message());
                    if (scenario.listenerThrows() && settlement.message().sequence % 3 == 0) {
                        throw new IllegalStateException("a listener that throws");
                    }
                });
        if (scenario.maxWeight() < Long.MAX_VALUE) {
            builder = builder.maxWeight(scenario.maxWeight(), Message::weight);
        }
        for (int i = 0; i < scenario.inlets(); i++) {
            int inlet = i;
            builder = builder.inlet(
                    "inlet" + i,
                    settings -> settings.whenFull(scenario.overflows().get(inlet)));
        }
        if (scenario.mapWorkers() > 0) {
            builder = builder.map(
                    "map", message -> stage(message, Message.Fate.FAILS), stage -> stage.workers(scenario.mapWorkers())
                            .onError(policy(false)));
            builder = builder.filter("filter", message -> message.fate != Message.Fate.FILTERED);
        }
        if (scenario.secondWorkers() > 0) {
            builder = builder.map("second", message -> stage(message, Message.Fate.ERROR), stage -> stage.workers(
                            scenario.secondWorkers())
                    .onError(policy(false)));
        }
        if (scenario.batch() > 0) {
            return builder.batch(scenario.batch(), Duration.ofNanos(scenario.lingerMicros() * 1_000))
                    .sink("sink", this::sinkAll, stage -> stage.workers(scenario.sinkWorkers())
                            .onError(policy(true)))
                    .start();
        }
        return builder.sink("sink", message -> sinkAll(List.of(message)), stage -> stage.workers(scenario.sinkWorkers())
                        .onError(policy(false)))
                .start();
    }

    private UnaryOperator<ErrorPolicy<Message>> policy(boolean batch) {
        RetryConfig retry = RetryConfig.custom()
                .maxAttempts(4)
                .intervalFunction(attempt -> (long) (attempt % 2))
                .build();
        return standard -> {
            ErrorPolicy<Message> policy = standard;
            if (scenario.retries()) {
                policy = policy.retry(retry);
            }
            if (batch) {
                policy = policy.bisect(e -> e instanceof Poison);
            }
            return switch (scenario.end()) {
                case SKIP -> policy.skip();
                case STOP -> policy.stop();
                case DEAD_LETTER ->
                    scenario.retriesDeadLetters()
                            ? policy.deadLetter(failure -> letter(failure.input()), retry)
                            : policy.deadLetter(failure -> letter(failure.input()));
            };
        };
    }

    private void letter(Message message) {
        if (scenario.retriesDeadLetters() && message.failures.incrementAndGet() % 2 == 0) {
            throw new IllegalStateException("a dead-letter handler that throws");
        }
        message.deadLettered.incrementAndGet();
    }

    private Message stage(Message message, Message.Fate failsHere) {
        workers.add(Thread.currentThread());
        boolean first = message.seenByStages.incrementAndGet() == 1;
        if (first && message.fate == Message.Fate.FAILS_AT_FIRST) {
            throw new IllegalStateException("a stage that fails once, and is through when it is retried");
        }
        if (message.fate == failsHere) {
            if (failsHere == Message.Fate.ERROR) {
                throw new AssertionError("an error of user code");
            }
            throw new IllegalStateException("a stage that fails");
        }
        if (message.fate == Message.Fate.SLOW) {
            LockSupport.parkNanos(20_000);
        }
        return message;
    }

    /** Applies all of its batch or nothing; where the scenario says so, all but what it names. */
    private void sinkAll(List<Message> batch) throws Exception {
        workers.add(Thread.currentThread());
        Map<Integer, Exception> failed = new HashMap<>();
        for (int i = 0; i < batch.size(); i++) {
            Message message = batch.get(i);
            message.seenByStages.incrementAndGet();
            switch (message.fate) {
                case POISON -> failed.put(i, new Poison());
                case FAILS_TWICE -> {
                    if (message.failures.incrementAndGet() <= 2) {
                        failed.put(i, new IllegalStateException("a target that is busy"));
                    }
                }
                case SLOW -> LockSupport.parkNanos(50_000);
                case BLOCKS -> release.await();
                case BLOCKS_DEAF -> awaitDeaf();
                default -> {}
            }
        }
        boolean inPart = scenario.failsInPart() && scenario.batch() > 0;
        if (!failed.isEmpty() && !inPart) {
            throw failed.values().iterator().next();
        }
        for (int i = 0; i < batch.size(); i++) {
            if (!failed.containsKey(i)) {
                batch.get(i).applied.incrementAndGet();
                appliedInOrder.add(batch.get(i));
            }
        }
        if (!failed.isEmpty()) {
            throw new BatchFailure(failed);
        }
    }

    private void awaitDeaf() {
        while (release.getCount() > 0) {
            try {
                release.await();
            } catch (InterruptedException e) {
                // will not be told
            }
        }
    }

    private void produce(Pipeline<Message> pipeline, int producer) {
        Inlet<Message> inlet = pipeline.inlet("inlet" + producer % scenario.inlets());
        for (Message message : scenario.producers().get(producer)) {
            try {
                switch (scenario.submissions().get(producer)) {
                    case SUBMIT -> answered(message, inlet.submit(message));
                    case TRY -> answered(message, inlet.trySubmit(message));
                    case CALLBACK -> {
                        Admission now = inlet.submit(message, answer -> {
                            answered(message, answer);
                            echo(pipeline, inlet.name(), message);
                        });
                        if (now != Admission.WAITING) {
                            answered(message, now);
                        }
                    }
                }
            } catch (InterruptedException e) {
                answered(message, Admission.FULL); // not accepted, by contract: any refusal will do for the oracle
            }
        }
    }

    /** A listener or a callback that submits again, whichever comes first. */
    private static void echo(@Nullable Pipeline<Message> pipeline, String inlet, Message message) {
        Message echo = message.echo;
        if (echo != null && !message.echoed.getAndSet(true)) {
            echo.answered(requireNonNull(pipeline).inlet(inlet).trySubmit(echo));
        }
    }

    private void answered(Message message, Admission answer) {
        message.answered(answer);
        answered.countDown();
    }

    private DrainReport<Message> shutdown(Pipeline<Message> pipeline) throws InterruptedException {
        Duration enough = Duration.ofSeconds(60);
        Duration little = Duration.ofNanos(scenario.shutdownTimeoutMicros() * 1_000);
        return switch (scenario.shutdown()) {
            case AFTER, DRAIN -> pipeline.shutdown(enough);
            case SHORT -> pipeline.shutdown(little);
            case NOW -> pipeline.shutdownNow();
            case CLOSE -> {
                pipeline.close();
                yield pipeline.shutdown(enough);
            }
            case TWICE -> twice(pipeline, enough, little);
            case INTERRUPTED -> interrupted(pipeline, enough, little);
        };
    }

    private static DrainReport<Message> interrupted(Pipeline<Message> pipeline, Duration enough, Duration little)
            throws InterruptedException {
        Thread caller = Thread.currentThread();
        Thread interrupter = new Thread(
                () -> {
                    LockSupport.parkNanos(little.toNanos());
                    caller.interrupt();
                },
                "torture-interrupter");
        interrupter.start();
        try {
            pipeline.shutdown(enough);
        } catch (InterruptedException e) {
            // it goes on draining
        }
        while (interrupter.isAlive()) {
            Thread.onSpinWait(); // a join would be interrupted as well
        }
        Thread.interrupted();
        return pipeline.shutdown(enough);
    }

    private static DrainReport<Message> twice(Pipeline<Message> pipeline, Duration enough, Duration little)
            throws InterruptedException {
        List<@Nullable DrainReport<Message>> reports = new ArrayList<>();
        reports.add(null);
        Thread patient = new Thread(
                () -> {
                    try {
                        reports.set(0, pipeline.shutdown(enough));
                    } catch (InterruptedException e) {
                        throw new AssertionError(e);
                    }
                },
                "torture-patient");
        patient.start();
        DrainReport<Message> impatient = pipeline.shutdown(little);
        patient.join();
        if (requireNonNull(reports.get(0)) != impatient) {
            throw new AssertionError("two shutdowns, two reports: " + reports.get(0) + " and " + impatient);
        }
        return impatient;
    }
}
