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

    /** Throws nothing for want of memory either, of which as much as a call of {@link #quietly} takes some. */
    void ready(int components, long nanos) {
        try {
            log.info("gate '{}' is ready after {} ms; components: {}", gate, nanos / 1_000_000, components);
        } catch (Throwable e) {
            return; // There is nowhere left to tell of it.
        }
    }

    /** As {@link #ready}. */
    void waits() {
        try {
            log.debug("waits for gate '{}'", gate);
        } catch (Throwable e) {
            return; // There is nowhere left to tell of it.
        }
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

    /** As {@link #ready}. */
    void interruptFailed(Slot<?> slot, Throwable cause) {
        try {
            log.warn("what answers an interrupt in {} threw", slot, cause);
        } catch (Throwable e) {
            return; // There is nowhere left to tell of it.
        }
    }

    /** Nothing if the clock works; as {@link #ready}. */
    void clockFailed(@Nullable Throwable cause) {
        if (cause == null) {
            return;
        }
        try {
            log.error("the clock of gate '{}' threw: the machine's counts on for it", gate, cause);
        } catch (Throwable e) {
            return; // There is nowhere left to tell of it.
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

    /** As {@link #ready}: the teardown goes on behind it. */
    void broken(Throwable cause) {
        try {
            log.error("a step in tearing down gate '{}' failed", gate, cause);
        } catch (Throwable e) {
            return; // There is nowhere left to tell of it.
        }
    }

    private static void quietly(Runnable line) {
        try {
            line.run();
        } catch (Throwable e) {
            return; // There is nowhere left to tell of it.
        }
    }
}
