// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.engine;

import io.github.esclusa.core.logging.FailureLog;
import io.github.esclusa.core.time.Clock;
import io.github.esclusa.pipeline.buffer.Reading;
import io.github.esclusa.pipeline.report.Outcome;
import io.github.esclusa.pipeline.report.Settlement;
import io.github.esclusa.pipeline.report.SettlementListener;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/** Makes a settlement known once it has been counted: tells the listener, then gives the credit back. */
final class Settler {

    private final @Nullable SettlementListener<Object> listener;
    private final FailureLog listenerFailures;
    private final PipelineMeters meters;
    private final Clock clock;

    Settler(String pipeline, @Nullable SettlementListener<Object> listener, PipelineMeters meters, Clock clock) {
        this(
                listener,
                new FailureLog(
                        LoggerFactory.getLogger(Settler.class),
                        "the settlement listener of pipeline '" + pipeline + "' threw",
                        clock),
                meters,
                clock);
    }

    private Settler(
            @Nullable SettlementListener<Object> listener,
            FailureLog listenerFailures,
            PipelineMeters meters,
            Clock clock) {
        this.listener = listener;
        this.listenerFailures = listenerFailures;
        this.meters = meters;
        this.clock = clock;
    }

    /** The same, whose listener may be found stuck where it runs on one of these threads. */
    Settler on(Announcers announcers) {
        return listener == null ? this : new Settler(announcers.called(listener), listenerFailures, meters, clock);
    }

    boolean hasListener() {
        return listener != null;
    }

    /** Tells of messages that were settled alike, but for those in doubt, and gives their credit back; with no lock held. */
    void settled(List<Envelope> items, Outcome outcome, @Nullable Throwable cause) {
        for (Envelope envelope : items) {
            tell(envelope, outcome, cause);
        }
        releaseCredit(items);
    }

    /** Tells of one message, whose credit its buffer gives back. */
    void tell(Envelope envelope, Outcome outcome, @Nullable Throwable cause) {
        if (envelope.sampledNanos != 0) {
            meters.sojourn(Reading.since(envelope.sampledNanos, clock));
        }
        if (listener == null) {
            return;
        }
        try {
            listener.settled(
                    new Settlement<>(envelope.inlet.name(), envelope.input, envelope.settledAs(outcome), cause));
        } catch (Throwable e) {
            meters.listenerFailed();
            listenerFailures.warn(e);
        }
    }

    /** Nothing more is expected from the listener; see {@link FailureLog#end}. */
    void endLog() {
        listenerFailures.end();
    }

    /** One release for each run of messages from one inlet. */
    private static void releaseCredit(List<Envelope> items) {
        int from = 0;
        long weight = 0;
        for (int i = 0; i < items.size(); i++) {
            Envelope envelope = items.get(i);
            weight += envelope.weight;
            if (i + 1 == items.size() || items.get(i + 1).inlet != envelope.inlet) {
                envelope.inlet.buffer().release(i + 1 - from, weight);
                from = i + 1;
                weight = 0;
            }
        }
    }
}
