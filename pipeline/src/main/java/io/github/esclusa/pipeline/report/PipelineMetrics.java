// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.report;

/** The names of a pipeline's meters and of their tags. Every meter also carries the pipeline's {@code name}. */
public final class PipelineMetrics {

    /** What all the names begin with. */
    public static final String PREFIX = "esclusa.pipeline";

    /** Gauge: 1 while the component lives. */
    public static final String INFO = PREFIX + ".info";

    /** Counter, messages; tags {@code inlet} and {@code outcome}: what was answered to submissions. */
    public static final String SUBMITTED = PREFIX + ".submitted";

    /** Counter, messages; tag {@code outcome}: how accepted messages ended. */
    public static final String SETTLED = PREFIX + ".settled";

    /** Gauge, messages; tag {@code inlet}: accepted and not yet taken by a worker. */
    public static final String QUEUED = PREFIX + ".queued";

    /** Gauge, messages; tag {@code inlet}: accepted and not yet settled. */
    public static final String IN_FLIGHT = PREFIX + ".in.flight";

    /** Gauge, submissions; tag {@code inlet}: those in line for room, blocked threads and callbacks together. */
    public static final String WAITING = PREFIX + ".waiting";

    /** Gauge, messages; tag {@code inlet}: how many may be in flight. */
    public static final String CAPACITY = PREFIX + ".capacity";

    /** Gauge, bytes; tag {@code inlet}: the weight in flight, where weight is bounded. */
    public static final String WEIGHT = PREFIX + ".weight";

    /** Gauge, bytes; tag {@code inlet}: how much may be in flight; only where weight is bounded. */
    public static final String MAX_WEIGHT = PREFIX + ".max.weight";

    /** Gauge, messages; tag {@code stage} (the first of a segment): in the hands of its workers. */
    public static final String ACTIVE = PREFIX + ".active";

    /** Gauge, messages; tag {@code stage} (the first of a segment): waiting there for another attempt. */
    public static final String PARKED = PREFIX + ".parked";

    /** Gauge, messages; tag {@code stage} (the first of a segment, but for the pipeline's): passed on to it and not taken. */
    public static final String STAGE_QUEUED = PREFIX + ".stage.queued";

    /** Summary, messages; tag {@code inlet}: the depth of the queue as messages enter it, one in 64, and its peaks. */
    public static final String QUEUE_DEPTH = PREFIX + ".queue.depth";

    /** Timer; tag {@code inlet}: from admission to leaving the queue, one message in 64. */
    public static final String QUEUE_WAIT = PREFIX + ".queue.wait";

    /** Time gauge; tag {@code inlet}: how long the oldest queued message has waited at least. */
    public static final String QUEUE_OLDEST = PREFIX + ".queue.oldest";

    /** Timer; tag {@code inlet}: how long producers were held back. */
    public static final String BACKPRESSURE = PREFIX + ".backpressure";

    /** Timer; tags {@code stage} and {@code outcome}: user code; each batch, or one message in 64. */
    public static final String STAGE = PREFIX + ".stage";

    /** Summary, messages; tag {@code stage}: the size of batches. */
    public static final String BATCH_SIZE = PREFIX + ".batch.size";

    /** Counter, messages; tag {@code stage}: messages in calls of user code that failed, each try and each half anew. */
    public static final String FAILURES = PREFIX + ".failures";

    /** Counter, messages; tag {@code stage}: failures that are tried again. */
    public static final String RETRIES = PREFIX + ".retries";

    /** Timer: from admission to settlement, one message in 64. */
    public static final String SOJOURN = PREFIX + ".sojourn";

    /** Counter, errors: what a settlement listener threw. */
    public static final String LISTENER_FAILED = PREFIX + ".listener.failed";

    /** Tag: the inlet's name. */
    public static final String INLET_TAG = "inlet";

    /** Tag: the stage's name. */
    public static final String STAGE_TAG = "stage";

    /** Tag: how it ended. */
    public static final String OUTCOME_TAG = "outcome";

    private PipelineMetrics() {}
}
