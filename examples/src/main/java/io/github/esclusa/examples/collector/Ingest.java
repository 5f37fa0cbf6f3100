// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector;

import io.github.esclusa.examples.collector.cli.CollectorConfig;
import io.github.esclusa.examples.collector.net.Verdict;
import io.github.esclusa.examples.collector.store.Store;
import io.github.esclusa.examples.collector.syslog.Frame;
import io.github.esclusa.examples.collector.syslog.ParseException;
import io.github.esclusa.examples.collector.syslog.SyslogParser;
import io.github.esclusa.pipeline.Pipeline;
import io.github.esclusa.pipeline.policy.Failure;
import io.github.esclusa.pipeline.policy.Overflow;
import io.github.esclusa.pipeline.report.Admission;
import io.github.resilience4j.core.IntervalFunction;
import io.github.resilience4j.retry.RetryConfig;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.ZoneId;
import java.util.concurrent.Semaphore;

/**
 * The collector's pipeline: receive, parse, batch, store.
 *
 * <p>No more is parsed than the writers can soon take: what else there is waits as it was received, in its inlet, where
 * drop-oldest finds it. A message takes its place among the parsed ones in the stage "room" and gives it back when it is
 * stored or dead-lettered; when the store stands still, that stage's workers wait in it. At a forced end they are in user
 * code, so the one message that each of them holds is reported as unknown.
 */
final class Ingest {

    static final String TCP = "tcp";
    static final String UDP = "udp";

    /** What a message costs beside its bytes: envelope, frame, row and the objects in it; an estimate. */
    private static final long OVERHEAD_BYTES = 512;

    /**
     * Parsing takes one thread. These are for lines that are no syslog: each waits for its dead letter to be committed,
     * and those that wait at the same time share a transaction.
     */
    private static final int PARSERS = 8;

    /** For each writer: one batch that it writes, one that fills, one in reserve. */
    private static final int PARSED_BATCHES = 3;

    /** A database that is busy or gone is tried again for as long as the collector runs. */
    private static final RetryConfig UNTIL_IT_IS_BACK = backOff().build();

    /** A dead letter that the database refuses for what is in it has nowhere else to go: it fails, and is counted. */
    private static final RetryConfig UNTIL_KEPT =
            backOff().retryOnException(failure -> !Store.isDataError(failure)).build();

    private Ingest() {}

    private static RetryConfig.Builder<Object> backOff() {
        return RetryConfig.custom()
                .maxAttempts(Integer.MAX_VALUE)
                .intervalFunction(IntervalFunction.ofExponentialRandomBackoff(
                        Duration.ofMillis(50), 2.0, 0.5, Duration.ofSeconds(2)));
    }

    static Pipeline<Frame> start(CollectorConfig config, Store store, MeterRegistry registry) {
        SyslogParser parser = new SyslogParser(ZoneId.systemDefault());
        Semaphore room = new Semaphore(parsedAtMost(config.batch() * store.writers(), config.capacity()));
        return Pipeline.<Frame>builder("syslog")
                .capacity(config.capacity())
                .maxWeight(config.maxMemoryBytes() / 2, Ingest::weigh)
                .inlet(TCP, inlet -> inlet.whenFull(Overflow.block()))
                .inlet(UDP, inlet -> inlet.whenFull(overflow(config.udpWhenFull())))
                .meterRegistry(registry)
                .map("parse", frame -> parse(parser, frame), stage -> stage.workers(
                                Math.min(PARSERS, config.capacity()))
                        .onError(e -> e.inDoubt(Store::mayBeWritten)
                                .deadLetter(
                                        failure -> store.insertDeadLetter(
                                                Received.deadLetter(failure.input(), failure.cause())),
                                        UNTIL_KEPT)))
                .map("room", received -> {
                    room.acquire();
                    return received;
                })
                .batch(config.batch(), config.linger())
                .sink(
                        "store",
                        batch -> {
                            store.insertAll(batch.stream().map(Received::row).toList());
                            room.release(batch.size());
                        },
                        stage -> stage.workers(store.writers()).onError(e -> e.retry(UNTIL_IT_IS_BACK)
                                .inDoubt(Store::mayBeWritten)
                                .bisect(Store::isDataError)
                                .deadLetter(failure -> keepRefused(store, room, failure), UNTIL_KEPT)))
                .start();
    }

    /** The message gives its place back once it is over: kept, or refused a second time. */
    private static void keepRefused(Store store, Semaphore room, Failure<Received> failure)
            throws InterruptedException {
        try {
            store.insertDeadLetter(Received.deadLetter(failure.input().frame(), failure.cause()));
        } catch (Throwable e) {
            if (Store.isDataError(e)) {
                room.release();
            }
            throw e;
        }
        room.release();
    }

    /** As many as fit, so that a small capacity leaves something in the inlets; a full batch for each writer in any case. */
    private static int parsedAtMost(int batches, int capacity) {
        return Math.max(batches, Math.min(PARSED_BATCHES * batches, capacity / 2));
    }

    private static Overflow overflow(CollectorConfig.WhenFull policy) {
        return switch (policy) {
            case DROP_OLDEST -> Overflow.dropOldest();
            case REJECT -> Overflow.reject();
            case BLOCK -> Overflow.block();
        };
    }

    /** The bytes as received, and once more as text in the parsed fields. */
    private static long weigh(Frame frame) {
        return OVERHEAD_BYTES + 3L * frame.length();
    }

    private static Received parse(SyslogParser parser, Frame frame) throws ParseException {
        return Received.of(frame, parser.parse(frame));
    }

    /** The pipeline's answer in the network's terms. */
    static Verdict verdict(Admission admission) {
        return switch (admission) {
            case ACCEPTED -> Verdict.ACCEPTED;
            case WAITING -> Verdict.WAITING;
            case CLOSED -> Verdict.CLOSED;
            case FULL, TIMEOUT, TOO_HEAVY -> Verdict.REFUSED;
        };
    }
}
