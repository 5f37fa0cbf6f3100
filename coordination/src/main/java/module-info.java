// SPDX-License-Identifier: Apache-2.0

/** Resource pool, timers and barrier-gated startup. */
module io.github.esclusa.coordination {
    requires transitive io.github.esclusa.core;
    requires static com.google.errorprone.annotations;
    requires com.google.common;
    requires org.slf4j;

    exports io.github.esclusa.coordination.timer;
    exports io.github.esclusa.coordination.pool;
    exports io.github.esclusa.coordination.startup;
}
