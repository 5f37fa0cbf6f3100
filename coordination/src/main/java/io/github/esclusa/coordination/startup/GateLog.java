// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.startup;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a gate writes to the log. A logger that throws changes nothing else. */
final class GateLog {

    private static final Logger log = LoggerFactory.getLogger(StartupGate.class);

    private final String gate;

    GateLog(String gate) {
        this.gate = gate;
    }

    void ready(int components, long nanos) {
        quietly(() -> log.info("gate '{}' is ready after {} ms; components: {}", gate, nanos / 1_000_000, components));
    }

    void waits() {
        quietly(() -> log.debug("waits for gate '{}'", gate));
    }

    void componentReady(Slot<?> slot, long nanos) {
        quietly(() -> log.debug("{} is ready after {} ms", slot, nanos / 1_000_000));
    }

    void componentFailed(Slot<?> slot, Throwable cause) {
        quietly(() -> log.debug("{} failed to start", slot, cause));
    }

    void lateArrival(Slot<?> slot) {
        quietly(() -> log.warn("{} arrived after its gate was torn down, and is closed", slot));
    }

    void givenUp(Slot<?> slot, Throwable stack) {
        quietly(() -> log.warn("{} is not waited for any longer", slot, stack));
    }

    void interruptFailed(Slot<?> slot, Throwable cause) {
        quietly(() -> log.warn("what answers an interrupt in {} threw", slot, cause));
    }

    /** Nothing if the clock works. */
    void clockFailed(@Nullable Throwable cause) {
        if (cause != null) {
            quietly(() -> log.error("the clock of gate '{}' threw: the machine's counts on for it", gate, cause));
        }
    }

    void closed(Slot<?> slot) {
        quietly(() -> log.debug("{} is closed", slot));
    }

    void closeFailed(Slot<?> slot, Throwable cause) {
        quietly(() -> log.warn("{} threw from close(), and counts as closed", slot, cause));
    }

    void stopped(Board board) {
        quietly(() -> {
            String failed = board.startFailedInWords();
            if (failed != null) {
                log.warn("gate '{}' {}", gate, failed);
            }
        });
        quietly(() -> {
            StopReport report = board.report();
            if (report.clean()) {
                log.info("gate '{}' is closed, in {} ms", gate, report.took().toMillis());
            } else {
                log.warn("gate '{}' is closed, but not cleanly: {}", gate, report.components());
            }
        });
    }

    /** Throws nothing, though there be no memory for as much as a line: the teardown goes on behind it. */
    void broken(Throwable cause) {
        try {
            log.error("a step in tearing down gate '{}' failed", gate, cause);
        } catch (Throwable e) { // as below
            return;
        }
    }

    private static void quietly(Runnable line) {
        try {
            line.run();
        } catch (Throwable ignored) { // a logger is not ours, and there is nowhere left to tell of its failure
            return;
        }
    }
}
