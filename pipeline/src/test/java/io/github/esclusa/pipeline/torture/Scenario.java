// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.torture;

import io.github.esclusa.pipeline.policy.Overflow;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;

/** One random pipeline, what is sent through it, and when and how it is shut down: all of it follows from the seed. */
record Scenario(
        long seed,
        List<List<Message>> producers,
        int inlets,
        int capacity,
        List<Overflow> overflows,
        List<Submission> submissions,
        int mapWorkers,
        int secondWorkers,
        int sinkWorkers,
        int batch,
        long lingerMicros,
        End end,
        boolean retries,
        boolean retriesDeadLetters,
        boolean listenerThrows,
        boolean interruptsProducers,
        boolean interruptsWorkers,
        Shutdown shutdown,
        long shutdownAfterMicros,
        long shutdownTimeoutMicros,
        boolean failsInPart,
        long maxWeight,
        boolean watched) {

    enum Submission {
        SUBMIT,
        TRY,
        CALLBACK
    }

    enum End {
        SKIP,
        DEAD_LETTER,
        STOP
    }

    enum Shutdown {
        /** After every producer has its answers and everything is settled: whoever is not woken then hangs for good. */
        AFTER,
        DRAIN,
        SHORT,
        NOW,
        CLOSE,
        TWICE,
        INTERRUPTED
    }

    static Scenario of(long seed) {
        Random random = new Random(seed);
        int inlets = 1 + random.nextInt(3);
        boolean mayBlock = random.nextInt(3) == 0;
        boolean single = random.nextInt(4) == 0;
        int mapWorkers = single ? 1 : random.nextInt(4);
        int secondWorkers = single ? 1 : random.nextInt(3);
        int sinkWorkers = single ? 1 : 1 + random.nextInt(3);
        int batch = random.nextInt(3) == 0 ? 0 : 1 + random.nextInt(8);
        int inHand = mapWorkers + secondWorkers + sinkWorkers * Math.max(1, batch) + 1;
        int capacity = Math.max(batch, Math.max(1 + random.nextInt(12), (inHand + inlets - 1) / inlets));
        List<Overflow> overflows = new ArrayList<>();
        for (int i = 0; i < inlets; i++) {
            overflows.add(
                    switch (random.nextInt(5)) {
                        case 0 -> Overflow.reject();
                        case 1 -> Overflow.dropOldest();
                        case 2 -> Overflow.block(Duration.ofNanos(1 + random.nextInt(2_000_000)));
                        default -> Overflow.block();
                    });
        }
        int producerCount = 1 + random.nextInt(4);
        boolean echoes = random.nextInt(4) == 0;
        List<List<Message>> producers = new ArrayList<>();
        List<Submission> submissions = new ArrayList<>();
        for (int producer = 0; producer < producerCount; producer++) {
            List<Message> messages = new ArrayList<>();
            int count = 1 + random.nextInt(60);
            for (int i = 0; i < count; i++) {
                Message echo = echoes && i % 2 == 0 ? new Message(-1 - producer, i, Message.Fate.GOOD, null) : null;
                messages.add(new Message(producer, i, fate(random, mayBlock), echo));
            }
            producers.add(messages);
            submissions.add(Submission.values()[random.nextInt(3)]);
        }
        return new Scenario(
                seed,
                producers,
                inlets,
                capacity,
                overflows,
                submissions,
                mapWorkers,
                secondWorkers,
                sinkWorkers,
                batch,
                random.nextInt(2_000),
                random.nextInt(12) == 0 ? End.STOP : random.nextBoolean() ? End.SKIP : End.DEAD_LETTER,
                random.nextBoolean(),
                random.nextBoolean(),
                random.nextInt(4) == 0,
                random.nextInt(3) == 0,
                random.nextInt(5) == 0,
                // Something that blocks would never drain: such a run is cut short.
                mayBlock
                        ? (random.nextBoolean() ? Shutdown.SHORT : Shutdown.NOW)
                        : Shutdown.values()[random.nextInt(Shutdown.values().length)],
                random.nextInt(3) == 0 ? 0 : random.nextInt(3_000),
                random.nextInt(2_000),
                random.nextInt(3) == 0,
                random.nextInt(3) == 0 ? 2 + random.nextInt(2 * capacity) : Long.MAX_VALUE,
                random.nextInt(12) == 0);
    }

    private static Message.Fate fate(Random random, boolean mayBlock) {
        int die = random.nextInt(40);
        if (die < 26) {
            return Message.Fate.GOOD;
        }
        Message.Fate[] fates = Message.Fate.values();
        return fates[1 + die % (mayBlock ? fates.length - 1 : fates.length - 3)];
    }

    /** Every message there is, those that are submitted in turn included. */
    Stream<Message> messages() {
        return producers.stream().flatMap(List::stream).flatMap(message -> Stream.of(message, message.echo)
                .filter(Objects::nonNull)
                .map(Objects::requireNonNull));
    }

    /** Whether it is shut down with time enough to drain. */
    boolean drains() {
        return switch (shutdown) {
            case AFTER, DRAIN, CLOSE, INTERRUPTED -> true;
            case SHORT, NOW, TWICE -> false;
        };
    }

    /** Whether every segment has one worker and batches fail as a whole, so that the order of arrival is kept. */
    boolean ordered() {
        return mapWorkers <= 1 && secondWorkers <= 1 && sinkWorkers == 1 && !failsInPart;
    }
}
