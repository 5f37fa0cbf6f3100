// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.engine;

import static java.util.Objects.requireNonNull;

import io.github.esclusa.core.time.Clock;
import io.github.esclusa.pipeline.policy.BatchFailure;
import io.github.esclusa.pipeline.policy.ErrorPolicy;
import io.github.esclusa.pipeline.policy.Failure;
import io.github.esclusa.pipeline.report.Outcome;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Runs a worker's work through the steps of its segment and sees to what fails. Confined to its worker.
 *
 * <p>The work in hand may fall apart (a batch is halved, a message goes to the dead letters): the parts lie in
 * {@link #todo} and are done one after the other. Every way out of here ends in a settlement, a hand-over or a parking;
 * once the hand is seized each of these answers that it comes too late, and the worker drops what it has.
 */
final class Execution {

    private final Engine engine;
    private final Segment segment;
    private final Hand hand;
    private final Settler settler;
    private final Clock clock;
    private final List<Step> steps;
    private final List<StageMeters> meters;
    private final List<FailureLog> failureLogs;

    private final ArrayDeque<Work> todo = new ArrayDeque<>();

    /** Whether the worker is in user code: written by the worker, read by whoever ends the pipeline. */
    private volatile boolean inUserCode;

    Execution(Engine engine, Segment segment, Hand hand, Settler settler, Clock clock, List<FailureLog> failureLogs) {
        this.engine = engine;
        this.segment = segment;
        this.hand = hand;
        this.settler = settler;
        this.clock = clock;
        this.steps = segment.spec().steps();
        this.meters = segment.meters();
        this.failureLogs = failureLogs;
    }

    boolean isInUserCode() {
        return inUserCode;
    }

    void run(Work first) {
        runOne(first);
        for (Work work = todo.poll(); work != null; work = todo.poll()) {
            if (segment.isHalted()) {
                settle(work.items, Outcome.RETURNED, null);
            } else if (hand.run(work.items)) {
                runOne(work);
            }
        }
    }

    private void runOne(Work work) {
        if (work.deadLetterCause != null) {
            deadLetter(work, work.deadLetterCause);
        } else if (segment.spec().batch() != null) {
            runBatch(work);
        } else {
            runSteps(work, work.items.get(0));
        }
    }

    private void runSteps(Work work, Envelope envelope) {
        for (; work.step < steps.size(); work.step++) {
            Step step = steps.get(work.step);
            StageMeters meter = meters.get(work.step);
            long start = meter.start(clock);
            Object result;
            try {
                result = callOne(step, envelope.value);
            } catch (Throwable e) {
                meter.failed(clock, start);
                failed(work, step, e);
                return;
            }
            meter.succeeded(clock, start);
            if (result == Step.FILTERED) {
                settle(work.items, Outcome.FILTERED, null);
                return;
            }
            if (result == Step.DELIVERED) {
                settle(work.items, Outcome.DELIVERED, null);
                return;
            }
            envelope.value = result;
            work.attempts = 0;
        }
        pass(envelope);
    }

    private void runBatch(Work work) {
        Step step = steps.get(0);
        StageMeters meter = meters.get(0);
        List<Object> inputs = new ArrayList<>(work.items.size());
        for (Envelope envelope : work.items) {
            inputs.add(envelope.value);
        }
        long start = meter.startBatch(clock, inputs.size());
        try {
            callAll(step, Collections.unmodifiableList(inputs));
        } catch (BatchFailure e) {
            meter.failed(clock, start);
            failedInPart(work, step, e);
            return;
        } catch (Throwable e) {
            meter.failed(clock, start);
            failed(work, step, e);
            return;
        }
        meter.succeeded(clock, start);
        settle(work.items, Outcome.DELIVERED, null);
    }

    private Object callOne(Step step, Object input) throws Exception {
        inUserCode = true;
        try {
            Object result = step.code().one(input);
            if (result == null) {
                throw new NullPointerException("stage '" + step.name() + "' returned null for a message: to turn a"
                        + " message away, use filter");
            }
            return result;
        } finally {
            leaveUserCode();
        }
    }

    private void callAll(Step step, List<Object> inputs) throws Exception {
        inUserCode = true;
        try {
            step.code().all(inputs);
        } finally {
            leaveUserCode();
        }
    }

    /** An interrupt is the user code's own affair, or came with a seizure: it must not reach the next message. */
    private void leaveUserCode() {
        inUserCode = false;
        Thread.interrupted();
    }

    private void failed(Work work, Step step, Throwable thrown) {
        List<Work> again = new ArrayList<>();
        recover(work, step, thrown, again);
        park(again);
    }

    private void failedInPart(Work work, Step step, BatchFailure failure) {
        Map<Integer, Throwable> causes = failure.causes();
        List<Envelope> delivered = new ArrayList<>();
        List<Work> failedParts = new ArrayList<>();
        List<Throwable> failedCauses = new ArrayList<>();
        for (int i = 0; i < work.items.size(); i++) {
            Envelope envelope = work.items.get(i);
            Throwable cause = causes.get(i);
            if (cause == null) {
                delivered.add(envelope);
            } else {
                Work part = work.part(List.of(envelope));
                part.attempts = work.attempts;
                failedParts.add(part);
                failedCauses.add(cause);
            }
        }
        if (failedParts.size() != causes.size()) { // it names messages that are not there: believe none of it
            failed(
                    work,
                    step,
                    new IllegalStateException(
                            "sink '" + step.name() + "' named messages outside its batch of " + work.items.size() + ": "
                                    + causes.keySet(),
                            failure));
            return;
        }
        settle(delivered, Outcome.DELIVERED, null);
        List<Work> again = new ArrayList<>();
        for (int i = 0; i < failedParts.size(); i++) {
            recover(failedParts.get(i), step, failedCauses.get(i), again);
        }
        park(again);
    }

    /** Does what the policy says; what is to be tried again later is left to the caller to park, together. */
    private void recover(Work work, Step step, Throwable thrown, List<Work> again) {
        work.attempts++;
        Recovery recovery = Recovery.afterStage(step.policy(), thrown, work.items.size(), work.attempts);
        if (recovery instanceof Recovery.Retry retry) {
            meters.get(work.step).retried(work.items.size());
            work.dueNanos = clock.nanoTime() + retry.delayNanos();
            again.add(work);
        } else if (recovery instanceof Recovery.Bisect) {
            int half = work.items.size() / 2;
            todo.addFirst(work.part(work.items.subList(half, work.items.size())));
            todo.addFirst(work.part(work.items.subList(0, half)));
        } else {
            end(work, step, thrown);
        }
    }

    private void end(Work work, Step step, Throwable thrown) {
        switch (step.policy().end()) {
            case SKIP -> giveUp(work, step, thrown);
            case STOP -> {
                giveUp(work, step, thrown);
                engine.stop(new IllegalStateException(
                        "stage '" + step.name() + "' failed, and its error policy is to stop", thrown));
            }
            case DEAD_LETTER -> {
                for (Envelope envelope : work.items) {
                    Work single = work.part(List.of(envelope));
                    single.deadLetterCause = thrown;
                    single.stepAttempts = work.attempts;
                    todo.addLast(single);
                }
            }
        }
    }

    private void giveUp(Work work, Step step, Throwable thrown) {
        if (settle(work.items, Outcome.FAILED, thrown)) {
            failureLogs.get(steps.indexOf(step)).warn(thrown);
        }
    }

    private void deadLetter(Work work, Throwable cause) {
        Step step = steps.get(work.step);
        ErrorPolicy<Object> policy = step.policy();
        Envelope envelope = work.items.get(0);
        inUserCode = true;
        try {
            requireNonNull(policy.deadLetterHandler())
                    .accept(new Failure<>(step.name(), envelope.value, cause, work.stepAttempts));
        } catch (Throwable e) {
            leaveUserCode();
            deadLetterFailed(work, step, cause, e);
            return;
        }
        leaveUserCode();
        settle(work.items, Outcome.DEAD_LETTERED, cause);
    }

    private void deadLetterFailed(Work work, Step step, Throwable cause, Throwable thrown) {
        work.attempts++;
        if (Recovery.afterDeadLetter(step.policy(), thrown, work.attempts) instanceof Recovery.Retry retry) {
            meters.get(work.step).retried(1);
            work.dueNanos = clock.nanoTime() + retry.delayNanos();
            park(List.of(work));
            return;
        }
        if (thrown != cause) {
            cause.addSuppressed(thrown);
        }
        giveUp(work, step, cause);
    }

    /** Parks work for its next attempt; where order is kept, what else is in hand waits behind it. */
    private void park(List<Work> again) {
        if (again.isEmpty()) {
            return;
        }
        List<Work> group = again;
        if (segment.spec().workers() == 1 && !todo.isEmpty()) {
            group = new ArrayList<>(again);
            for (Work behind = todo.poll(); behind != null; behind = todo.poll()) {
                behind.dueNanos = again.get(0).dueNanos;
                group.add(behind);
            }
        }
        switch (hand.park(group, segment.parking())) {
            case DONE -> segment.parked();
            case RETURNED -> group.forEach(work -> tellSettled(work.items, Outcome.RETURNED, null));
            case SEIZED -> {}
        }
    }

    private void pass(Envelope envelope) {
        WorkQueue next = requireNonNull(segment.next());
        if (engine.stampsHandovers(segment)) {
            envelope.queuedNanos = clock.nanoTime();
        }
        switch (hand.pass(envelope, next)) {
            case DONE -> engine.after(segment).arrived();
            case RETURNED -> tellSettled(List.of(envelope), Outcome.RETURNED, null);
            case SEIZED -> {}
        }
    }

    private boolean settle(List<Envelope> items, Outcome outcome, @Nullable Throwable cause) {
        if (items.isEmpty() || !hand.settle(items, outcome)) {
            return false;
        }
        tellSettled(items, outcome, cause);
        return true;
    }

    private void tellSettled(List<Envelope> items, Outcome outcome, @Nullable Throwable cause) {
        inUserCode = true; // the listener's, and that of callbacks waiting for room
        try {
            settler.settled(items, outcome, cause);
        } finally {
            leaveUserCode();
        }
    }
}
