// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.engine;

import io.github.esclusa.pipeline.policy.ErrorPolicy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Makes envelopes for the tests of what holds and hands on, without a pipeline around them. */
final class Envelopes {

    private Envelopes() {}

    static Step step() {
        return new Step("sink", Step.sink(input -> {}), ErrorPolicy.standard());
    }

    @SuppressWarnings("NullAway") // Only settling asks an envelope for its inlet, and none of these is settled.
    static Envelope of(Object input) {
        return new Envelope(null, input, 0, 0);
    }

    static Work work(Object... inputs) {
        return new Work(Arrays.stream(inputs).map(Envelopes::of).toList());
    }

    static WorkQueue queue(Object... inputs) {
        WorkQueue queue = new WorkQueue(0);
        for (Object input : inputs) {
            queue.put(of(input));
        }
        return queue;
    }

    /** Everything that is in a queue. */
    static List<Envelope> taken(WorkQueue queue) {
        List<Envelope> taken = new ArrayList<>();
        queue.pollInto(taken, Integer.MAX_VALUE);
        return taken;
    }

    static List<Object> inputs(List<Envelope> envelopes) {
        return envelopes.stream().map(envelope -> envelope.input).toList();
    }
}
