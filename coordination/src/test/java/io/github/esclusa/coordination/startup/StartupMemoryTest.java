// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.startup;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.esclusa.coordination.startup.StopReport.Outcome;
import io.github.esclusa.coordination.testing.Allocations;
import io.github.esclusa.core.time.Clock;
import io.github.esclusa.core.time.ManualClock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** No memory: a gate comes to its end all the same, and whoever waits there is told. */
@Timeout(60)
class StartupMemoryTest {

    private static final Duration LONG = Duration.ofSeconds(30);

    private final ManualClock clock = new ManualClock();
    private final CountDownLatch entered = new CountDownLatch(1);
    private final CountDownLatch let = new CountDownLatch(1);

    /** A gate whose one component has started, without the threads. */
    private static final class Parts {

        final Component<AutoCloseable> component = StartupGate.builder("gate").component("one", () -> () -> {});

        final Board board = new Board("gate", Plan.of("gate", List.of(component)), Clock.system());
        final GateLog log = new GateLog("gate");
        final GateThreads threads = new GateThreads("gate", Thread::new);
        final Teardown teardown = new Teardown(LONG, board, threads, GateMetrics.open(board, null), log);
        final Ending<AutoCloseable> ending = new Ending<>(component.slot(), board, threads, log);

        Parts(ComponentState state) {
            board.new2Starting();
            component.slot().pending2Starting(0);
            if (state == ComponentState.READY) {
                component.slot().starting2Ready(() -> {}, 0);
            }
        }

        void underLock(Runnable step) {
            board.lock.lock();
            try {
                step.run();
            } finally {
                board.lock.unlock();
            }
        }
    }

    @Test
    void gateIsLeftWithoutMemory() throws Exception {
        assertThat(Allocations.of(() -> {
                    Parts parts = new Parts(ComponentState.STARTING);
                    Failure failure = Failure.component("one");
                    return () -> parts.teardown.begin(failure, null);
                }))
                .isZero();
    }

    @Test
    void closeIsDecidedOnWithoutMemory() throws Exception {
        assertThat(Allocations.of(() -> {
                    Parts parts = new Parts(ComponentState.READY);
                    Runnable decide = () -> parts.ending.decide(0, 10);
                    return () -> parts.underLock(decide);
                }))
                .isZero();
    }

    @Test
    void lateArrivalIsTakenOverWithoutMemory() throws Exception {
        assertThat(Allocations.of(() -> {
                    Parts parts = new Parts(ComponentState.READY);
                    Runnable begin = () -> parts.ending.beginLateClose(0, 10);
                    return () -> parts.underLock(begin);
                }))
                .isZero();
    }

    @Test
    @SuppressWarnings("GuardedBy") // It is held.
    void gateIsAtItsEndWithoutMemory() throws Exception {
        assertThat(Allocations.of(() -> {
                    Parts parts = new Parts(ComponentState.READY);
                    Runnable end = () -> {
                        parts.board.settle();
                        parts.board.terminate();
                    };
                    return () -> parts.underLock(end);
                }))
                .isZero();
    }

    /** The last thread that the system had leads, and is held up by a close that it must run itself. */
    @Test
    void leadingThreadThatIsHeldUpDoesNotHoldUpTheReportForEver() throws Exception {
        AtomicInteger threads = new AtomicInteger(2);
        ThreadFactory few = task -> {
            if (threads.getAndDecrement() <= 0) {
                throw new OutOfMemoryError("unable to create native thread, on purpose");
            }
            return new Thread(task);
        };
        StartupGate.Builder builder = StartupGate.builder("gate").clock(clock).threadFactory(few);
        builder.component("hung", () -> (AutoCloseable) () -> {
            entered.countDown();
            Journal.awaitStubbornly(let);
        });
        StartupGate gate = builder.start(LONG);
        var stop = Background.call(() -> gate.stop(Duration.ofSeconds(1)));
        entered.await();
        clock.awaitWaiters(1, LONG);
        clock.advance(Duration.ofSeconds(1).plus(Board.PATIENCE));

        assertThat(stop.get().with(Outcome.UNFINISHED)).containsExactly("hung");
        assertThat(gate.state()).isEqualTo(GateState.STOPPED);
        let.countDown();
        assertThat(gate.stop(LONG)).isSameAs(stop.get());
    }

    /** At a barrier neither. */
    @Test
    void momentWithoutMemoryLeavesNobodyWaiting() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx12m",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        NoMemory.class.getName())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
    }
}
