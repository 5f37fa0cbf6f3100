// SPDX-License-Identifier: Apache-2.0

/** The bounded pipeline with graceful, event-driven shutdown. */
module io.github.esclusa.pipeline {
    requires transitive io.github.esclusa.core;
    requires transitive io.github.resilience4j.retry;
    requires static com.google.errorprone.annotations;
    requires io.github.resilience4j.core;
    requires org.slf4j;

    exports io.github.esclusa.pipeline;
    exports io.github.esclusa.pipeline.function;
    exports io.github.esclusa.pipeline.policy;
    exports io.github.esclusa.pipeline.report;
}
