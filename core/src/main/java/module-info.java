// SPDX-License-Identifier: Apache-2.0

/** Time, signals, locks, threads and meters: what the other Esclusa modules stand on. */
@SuppressWarnings("module") // the modules it opens a package to are built after it
module io.github.esclusa.core {
    requires transitive micrometer.core;
    requires transitive org.jspecify;
    requires static com.google.errorprone.annotations;
    requires com.google.common;
    requires org.slf4j;

    exports io.github.esclusa.core.lock;
    exports io.github.esclusa.core.logging to
            io.github.esclusa.coordination,
            io.github.esclusa.pipeline;
    exports io.github.esclusa.core.metrics;
    exports io.github.esclusa.core.signal;
    exports io.github.esclusa.core.thread;
    exports io.github.esclusa.core.time;
    exports io.github.esclusa.core.waiting to
            io.github.esclusa.coordination,
            io.github.esclusa.pipeline;
}
