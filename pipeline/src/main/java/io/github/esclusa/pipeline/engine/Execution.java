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

/**
 * Runs a worker's work through the steps of its segment and sees to what fails. Confined to its worker.
 *
 * <p>The work in hand may fall apart (a batch is halved, a message goes to the dead letters): the parts lie in
 * {@link #todo} and are done one after the other. Every way out of here is one of {@link Exits}; once the hand is seized
 * each of these answers that it comes too late, and the worker drops what it has.
 */
final class Execution {

    private final Engine engine;
    private final Segment segment;
    private final Exits exits;
    private final Clock clock;
    private final List<Step> steps;
    private final List<StageMeters> meters;
    private final List<StageLogs> logs;

    private final ArrayDeque<Work> todo = new ArrayDeque<>();

    Execution(Engine engine, Segment segment, Exits exits, Clock clock, List<StageLogs> logs) {
        this.engine = engine;
        this.segment = segment;
        this.exits = exits;
        this.clock = clock;
        this.steps = segment.spec().steps();
        this.meters = segment.meters();
        this.logs = logs;
    }

    boolean isInUserCode() {
        return exits.isInUserCode();
    }

    boolean isTelling() {
        return exits.isTelling();
    }

    void run(Work first) {
        runOne(first);
        for (Work work = todo.poll(); work != null; work = todo.poll()) {
            if (segment.isHalted()) {
                exits.giveBack(work.items);
            } else if (exits.begin(work.items)) {
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
            if (exits.isSeized()) {
                return; // reported as unknown: the steps that are left would only add to what nobody knows
            }
            Step step = steps.get(work.step);
            StageMeters meter = meters.get(work.step);
            long start = meter.start(clock);
            Object result;
            try {
                result = callOne(step, envelope.value);
            } catch (Throwable e) {
                doubt(work.items, work, step, e);
                exits.cameBack();
                meter.failed(clock, start, 1);
                failed(work, step, e);
                return;
            }
            meter.succeeded(clock, start);
            if (result == Step.FILTERED) {
                exits.settle(work.items, Outcome.FILTERED, null);
                sayIfThrough(work);
                return;
            }
            if (result == Step.DELIVERED) {
                exits.settle(work.items, Outcome.DELIVERED, null);
                sayIfThrough(work);
                return;
            }
            envelope.value = result;
            envelope.inDoubt = false; // what may have been applied has been, and is known
            sayIfThrough(work);
            work.attempts = 0;
        }
        exits.pass(envelope);
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
            meter.failed(clock, start, inputs.size());
            failedInPart(work, step, e);
            return;
        } catch (Throwable e) {
            doubt(work.items, work, step, e);
            exits.cameBack();
            meter.failed(clock, start, inputs.size());
            failed(work, step, e);
            return;
        }
        meter.succeeded(clock, start);
        exits.settle(work.items, Outcome.DELIVERED, null);
        sayIfThrough(work);
    }

    private Object callOne(Step step, Object input) throws Exception {
        exits.enterUserCode();
        try {
            Object result = step.code().one(input);
            if (result == null) {
                throw new NullPointerException(
                        where(step) + " returned null for a message: to turn a message away, use filter");
            }
            return result;
        } finally {
            exits.leaveUserCode();
        }
    }

    private void callAll(Step step, List<Object> inputs) throws Exception {
        exits.enterUserCode();
        try {
            step.code().all(inputs);
        } finally {
            exits.leaveUserCode();
        }
    }

    private void failed(Work work, Step step, Throwable thrown) {
        work.attempts++;
        Recovery recovery = afterStage(work, step, thrown, work.items.size(), work.attempts);
        if (recovery instanceof Recovery.Retry retry) {
            retry(work, retry.delayNanos(), thrown);
        } else if (recovery instanceof Recovery.Bisect) {
            int half = work.items.size() / 2;
            todo.addFirst(work.part(work.items.subList(half, work.items.size()), 0));
            todo.addFirst(work.part(work.items.subList(0, half), 0));
        } else if (end(work, step, thrown)) {
            stop(step, thrown);
        }
    }

    /** What is to be tried again stays together, due when the most patient of its failures says. */
    private void failedInPart(Work work, Step step, BatchFailure failure) {
        Map<Integer, Throwable> causes = failure.causes();
        if (!namesSomeOf(work, causes)) { // believe none of it
            doubt(work.items, work, step, failure);
            causes.values().forEach(cause -> doubt(work.items, work, step, cause));
            failed(
                    work,
                    step,
                    new IllegalStateException(
                            where(step) + " named none of its batch of " + work.items.size()
                                    + ", or messages outside it: " + causes.keySet(),
                            failure));
            return;
        }
        List<Envelope> delivered = new ArrayList<>();
        for (int i = 0; i < work.items.size(); i++) {
            if (!causes.containsKey(i)) {
                delivered.add(work.items.get(i));
            }
        }
        causes.forEach((i, cause) -> doubt(List.of(work.items.get(i)), work, step, cause));
        exits.begin(delivered); // of the others it is known that they were not applied, or they are in doubt
        exits.settle(delivered, Outcome.DELIVERED, null);
        int attempts = work.attempts + 1;
        List<Envelope> again = new ArrayList<>();
        List<Integer> ended = new ArrayList<>();
        Throwable first = null;
        long delayNanos = 0;
        for (int i = 0; i < work.items.size(); i++) {
            Throwable cause = causes.get(i);
            if (cause == null) {
                continue;
            }
            if (afterStage(work, step, cause, 1, attempts) instanceof Recovery.Retry retry) {
                again.add(work.items.get(i));
                first = first == null ? cause : first;
                delayNanos = Math.max(delayNanos, retry.delayNanos());
            } else {
                ended.add(i);
            }
        }
        boolean stops = false;
        for (int i : ended) {
            stops |= end(work.part(List.of(work.items.get(i)), attempts), step, requireNonNull(causes.get(i)));
        }
        if (stops) { // once, however many there are
            stop(step, ended.size() == 1 ? requireNonNull(causes.get(ended.get(0))) : failure);
        }
        if (!again.isEmpty()) {
            retry(work.part(again, attempts), delayNanos, requireNonNull(first));
        }
    }

    private static boolean namesSomeOf(Work work, Map<Integer, Throwable> causes) {
        return !causes.isEmpty() && causes.keySet().stream().allMatch(i -> i >= 0 && i < work.items.size());
    }

    /** Ends work as the policy says; {@code true} if the pipeline is to stop now. */
    private boolean end(Work work, Step step, Throwable thrown) {
        switch (step.policy().end()) {
            case SKIP -> giveUp(work, thrown);
            case STOP -> {
                return giveUp(work, thrown);
            }
            case DEAD_LETTER -> {
                for (Envelope envelope : work.items) {
                    Work single = work.part(List.of(envelope), 0);
                    single.deadLetterCause = thrown;
                    single.stepAttempts = work.attempts;
                    todo.addLast(single);
                }
            }
        }
        return false;
    }

    /** {@code false} if it came too late. */
    private boolean giveUp(Work work, Throwable thrown) {
        boolean settled = exits.settle(work.items, Outcome.FAILED, thrown);
        if (settled) {
            logs.get(work.step).gaveUp().warn(work.items.size(), thrown);
        }
        return settled;
    }

    /** Stopping tells the listener, and callbacks in line. */
    private void stop(Step step, Throwable thrown) {
        exits.enterUserCode();
        try {
            engine.stop(new IllegalStateException(where(step) + " failed, and its error policy is to stop", thrown));
        } finally {
            exits.leaveUserCode();
        }
    }

    /** The worker has died, and tells of it. */
    void fail(Worker worker, Throwable why) {
        exits.enterUserCode();
        try {
            engine.workerFailed(worker, why);
        } finally {
            exits.leaveUserCode();
        }
    }

    private void deadLetter(Work work, Throwable cause) {
        Step step = steps.get(work.step);
        ErrorPolicy<Object> policy = step.policy();
        Envelope envelope = work.items.get(0);
        exits.enterUserCode();
        try {
            requireNonNull(policy.deadLetterHandler())
                    .accept(new Failure<>(step.name(), envelope.value, cause, work.stepAttempts));
        } catch (Throwable e) {
            exits.leaveUserCode();
            doubt(work.items, work, step, e);
            deadLetterFailed(work, step, cause, e);
            return;
        }
        exits.leaveUserCode();
        exits.settle(work.items, Outcome.DEAD_LETTERED, cause);
        sayIfThrough(work);
    }

    private void deadLetterFailed(Work work, Step step, Throwable cause, Throwable thrown) {
        work.attempts++;
        if (afterDeadLetter(work, step, thrown) instanceof Recovery.Retry retry) {
            retry(work, retry.delayNanos(), thrown);
            return;
        }
        // An exception of our own: the user's may be shared by all messages, and would gather suppressed ones for ever.
        IllegalStateException both = new IllegalStateException(
                where(step) + " failed on a message, and so did its dead-letter handler", cause);
        if (thrown != cause) {
            both.addSuppressed(thrown);
        }
        giveUp(work, both);
    }

    /**
     * Asks the policy whether messages may have been applied by what failed on them. Before user code is said to have come
     * back: until then they are unknown to whoever seizes the hand.
     */
    private void doubt(List<Envelope> items, Work work, Step step, Throwable thrown) {
        boolean inDoubt;
        exits.enterUserCode();
        try {
            inDoubt = Recovery.isInDoubt(
                    step.policy(), thrown, logs.get(work.step).policyThrew());
        } finally {
            exits.leaveUserCode();
        }
        if (inDoubt) {
            exits.doubt(items);
        }
    }

    /** The policy's predicates and intervals are user code, whose interrupts are its own affair. */
    private Recovery afterStage(Work work, Step step, Throwable thrown, int items, int attempts) {
        exits.enterUserCode();
        try {
            return Recovery.afterStage(
                    step.policy(), thrown, items, attempts, logs.get(work.step).policyThrew());
        } finally {
            exits.leaveUserCode();
        }
    }

    private Recovery afterDeadLetter(Work work, Step step, Throwable thrown) {
        exits.enterUserCode();
        try {
            return Recovery.afterDeadLetter(
                    step.policy(), thrown, work.attempts, logs.get(work.step).policyThrew());
        } finally {
            exits.leaveUserCode();
        }
    }

    /** Parks work for its next attempt; where order is kept, what else is in hand waits behind it. */
    private void retry(Work work, long delayNanos, Throwable thrown) {
        if (!segment.isHalted() && !exits.isSeized()) { // else there will be none
            retryLog(work).triesAgain(thrown);
        }
        // Read before the work is let go: from then on another worker may have it.
        StageMeters meter = meters.get(work.step);
        int messages = work.items.size();
        long now = clock.nanoTime();
        if (work.attempts == 1) {
            work.failingSinceNanos = now;
        }
        work.dueNanos = now + delayNanos;
        List<Work> group = new ArrayList<>();
        group.add(work);
        if (segment.spec().workers() == 1) {
            for (Work behind = todo.poll(); behind != null; behind = todo.poll()) {
                behind.dueNanos = work.dueNanos;
                group.add(behind);
            }
        }
        if (exits.park(group)) {
            meter.retried(messages);
        }
    }

    private void sayIfThrough(Work work) {
        if (work.attempts > 0) {
            retryLog(work).isThrough(work);
        }
    }

    private RetryLog retryLog(Work work) {
        StageLogs of = logs.get(work.step);
        return work.deadLetterCause == null ? of.retried() : of.handlerRetried();
    }

    private String where(Step step) {
        return "stage '" + step.name() + "' of pipeline '" + engine.name() + "'";
    }
}
