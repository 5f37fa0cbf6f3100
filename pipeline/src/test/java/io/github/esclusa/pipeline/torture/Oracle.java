// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.torture;

import static java.util.Objects.requireNonNull;

import io.github.esclusa.pipeline.Pipeline;
import io.github.esclusa.pipeline.report.DrainReport;
import io.github.esclusa.pipeline.report.Outcome;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;

/** Holds a report against what the producers, the stages, the sink and the listener saw, each for itself. */
final class Oracle {

    private final Scenario scenario;
    private final DrainReport<Message> report;
    private final List<Message> applied;
    private final Pipeline<Message> pipeline;

    Oracle(Scenario scenario, DrainReport<Message> report, List<Message> applied, Pipeline<Message> pipeline) {
        this.scenario = scenario;
        this.report = report;
        this.applied = applied;
        this.pipeline = pipeline;
    }

    /** {@code heardByThen}: settlements that the listener had heard of when the report came. */
    void check(long heardByThen) {
        Map<Outcome, Long> heard = new EnumMap<>(Outcome.class);
        long accepted = 0;
        for (Message message : scenario.messages().toList()) {
            if (message.isEcho() && message.answers.get() == 0) {
                continue; // nobody came to submit it
            }
            require(message.answers.get() == 1, "one answer", message);
            if (message.accepted()) {
                accepted++;
                require(message.heard.size() == 1, "heard of once", message);
                Outcome outcome = message.heard.element();
                heard.merge(outcome, 1L, Long::sum);
                checkOutcome(message, outcome);
            } else {
                require(message.heard.isEmpty(), "a refused message is not settled", message);
                require(message.seenByStages.get() == 0, "a refused message is not processed", message);
            }
        }
        require(report.accepted() == accepted, "accepted as the producers count", accepted);
        for (Outcome outcome : Outcome.values()) {
            long expected = heard.getOrDefault(outcome, 0L);
            require(report.count(outcome) == expected, outcome + " as the listener counts", expected);
            require(pipeline.settled(outcome) == expected, outcome + " in the pipeline's counter", expected);
        }
        require(report.balanced(), "balanced", report);
        checkList(report.returned(), Outcome.RETURNED);
        checkList(report.unknown(), Outcome.UNKNOWN);
        boolean drains = scenario.drains();
        require(!drains || heardByThen == accepted, "everything heard of when the report came", heardByThen);
        if (drains && scenario.end() != Scenario.End.STOP) {
            require(
                    report.returned().isEmpty() && report.unknown().isEmpty(),
                    "an orderly drain leaves nothing",
                    report);
        }
        for (int i = 0; i < scenario.inlets(); i++) {
            require(pipeline.inlet("inlet" + i).inFlight() == 0, "all credit is back", pipeline);
            require(pipeline.inlet("inlet" + i).waiting() == 0, "nobody is left in line", pipeline);
        }
        if (scenario.ordered()) {
            checkOrder();
        }
    }

    /** The meters, as they were when the pipeline ran, count what the report says; and they are gone. */
    void check(SimpleMeterRegistry registry, Map<String, FunctionCounter> settled, List<FunctionCounter> accepted) {
        for (Outcome outcome : Outcome.values()) {
            double counted = requireNonNull(settled.get(outcome.tag())).count();
            require(counted == report.count(outcome), outcome + " as the meters count", counted);
        }
        double counted = accepted.stream().mapToDouble(FunctionCounter::count).sum();
        require(counted == report.accepted(), "accepted as the meters count", counted);
        require(registry.getMeters().isEmpty(), "the meters are gone", registry.getMeters());
    }

    private void checkOutcome(Message message, Outcome outcome) {
        switch (outcome) {
            case DELIVERED -> require(message.applied.get() == 1, "delivered means applied once", message);
            case UNKNOWN -> require(message.applied.get() <= 1, "unknown means applied at most once", message);
            case DROPPED -> require(message.seenByStages.get() == 0, "dropped means seen by nobody", message);
            case FILTERED -> require(message.fate == Message.Fate.FILTERED, "filtered by the filter only", message);
            case DEAD_LETTERED ->
                require(message.deadLettered.get() == 1 && message.applied.get() == 0, "dead-lettered once", message);
            case FAILED, RETURNED ->
                require(
                        message.applied.get() == 0 && message.deadLettered.get() == 0,
                        outcome + " means not applied",
                        message);
        }
    }

    private void checkList(List<Message> listed, Outcome outcome) {
        require(new HashSet<>(listed).size() == listed.size(), outcome + " listed once each", listed);
        for (Message message : listed) {
            require(message.heard.contains(outcome), "listed as " + outcome + " and heard so", message);
        }
    }

    /** Each producer's messages reach the sink in the order in which it submitted them. */
    private void checkOrder() {
        Map<Integer, Integer> last = new HashMap<>();
        for (Message message : applied) {
            if (message.isEcho()) {
                continue; // submitted by whoever came first
            }
            Integer before = last.put(message.producer, message.sequence);
            require(before == null || before < message.sequence, "order of arrival", message);
        }
    }

    private void require(boolean holds, String what, Object found) {
        if (!holds) {
            throw new AssertionError(
                    "not true: " + what + "\n found: " + found + "\n report: " + report + "\n scenario: " + scenario);
        }
    }
}
