// SPDX-License-Identifier: Apache-2.0

/** The bounded pipeline with graceful, event-driven shutdown. */
module io.github.esclusa.pipeline {
    requires transitive io.github.esclusa.core;
    requires static com.google.errorprone.annotations;
    requires com.google.common;
    requires io.github.resilience4j.core;
    requires io.github.resilience4j.retry;
    requires org.slf4j;
}
