// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.common.util.concurrent.Uninterruptibles;
import io.github.esclusa.coordination.startup.StartupGate;
import io.github.esclusa.coordination.startup.StopReport;
import io.github.esclusa.core.signal.Signal;
import io.github.esclusa.examples.collector.cli.CollectorConfig;
import io.github.esclusa.examples.collector.cli.CollectorOptions;
import io.github.esclusa.examples.collector.cli.CommandLineOutcome;
import io.github.esclusa.examples.collector.syslog.Frame;
import io.github.esclusa.pipeline.report.DrainReport;
import io.github.esclusa.pipeline.report.Outcome;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How the collector ends, in this process: its parts are closed, then comes the balance, whatever became of them. */
@Timeout(60)
class CollectorTest {

    private static final Duration HOUR = Duration.ofHours(1);
    private static final Pattern PAGE = Pattern.compile("page http://127\\.0\\.0\\.1:(\\d+)/");

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final CountDownLatch over = new CountDownLatch(1);

    @AfterEach
    void letGo() {
        over.countDown();
    }

    private static DrainReport<Frame> threeDelivered() {
        return new DrainReport<>("syslog", 3, Map.of(Outcome.DELIVERED, 3L), List.of(), List.of(), List.of(), null);
    }

    private int closeAndReport(AutoCloseable parts) {
        return Collector.closeAndReport(
                parts, threeDelivered(), new PrintWriter(out, true), new PrintWriter(err, true));
    }

    private static <T> FutureTask<T> inBackground(Callable<T> work) {
        FutureTask<T> task = new FutureTask<>(work);
        Thread thread = new Thread(task, "collector");
        thread.setDaemon(true);
        thread.start();
        return task;
    }

    /** The terminal and the shell that ends with it send one each. */
    @Test
    void aSecondHangUpHurriesNothingAndAnyOtherSecondSignalDoes() {
        AtomicInteger first = new AtomicInteger();
        AtomicInteger second = new AtomicInteger();
        Consumer<String> signals = Termination.told(first::incrementAndGet, second::incrementAndGet);
        signals.accept("SIGHUP");
        signals.accept("SIGHUP");
        assertThat(first).hasValue(1);
        assertThat(second).hasValue(0);
        signals.accept("SIGTERM");
        assertThat(first).hasValue(1);
        assertThat(second).hasValue(1);
    }

    @Test
    void theBalanceIsPrintedWhenNoPartIsOpenAnyMore(@TempDir Path directory) throws Exception {
        PrintWriter toErr = new PrintWriter(err, true);
        String[] options = {
            "--udp",
            "0",
            "--tcp",
            "0",
            "--http",
            "0",
            "--db",
            Stored.in(directory).url()
        };
        CollectorConfig config =
                ((CommandLineOutcome.Run) CollectorOptions.parse(options, new PrintWriter(out), toErr)).config();
        Signal stop = Signal.named("stop");
        CompletableFuture<Boolean> pageOpen = new CompletableFuture<>();
        PrintWriter toOut = new PrintWriter(new Writer() {
            @Override
            public void write(char[] text, int from, int length) {
                pageOpen.complete(answers(pagePort()));
                out.write(text, from, length);
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        });
        FutureTask<Integer> serving =
                inBackground(() -> Collector.serve(config, stop, Signal.named("stop-now"), toOut, toErr));
        await().until(() -> serving.isDone() || PAGE.matcher(err.toString()).find());
        assertThat(answers(pagePort())).as("while it runs").isTrue();
        stop.set();

        assertThat(serving.get()).isZero();
        assertThat(out.toString()).startsWith("{\"accepted\":0,").endsWith("\"balanced\":true}\n");
        assertThat(pageOpen.get())
                .as("the page answers when the balance is printed")
                .isFalse();
    }

    private int pagePort() {
        Matcher page = PAGE.matcher(err.toString());
        assertThat(page.find()).as("%s", err).isTrue();
        return Integer.parseInt(page.group(1));
    }

    private static boolean answers(int port) {
        try {
            Clients.connect(port).close();
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void anExceptionOfTheCloseIsSaidAndTheBalanceStillPrintedAndTheStatusIsOne() {
        int status = closeAndReport(() -> {
            assertThat(out.toString()).as("printed before the close").isEmpty();
            throw new IllegalStateException("on purpose");
        });
        assertThat(status).isEqualTo(1);
        assertThat(err.toString()).isEqualTo("collector: could not close its parts: on purpose\n");
        assertThat(out.toString())
                .startsWith("{\"accepted\":3,\"delivered\":3,")
                .endsWith("\"balanced\":true}\n");
    }

    @Test
    void anErrorOfTheCloseIsSaidToo() {
        assertThat(closeAndReport(() -> {
                    throw new NoClassDefFoundError("on purpose");
                }))
                .isEqualTo(1);
        assertThat(err.toString()).contains("on purpose");
        assertThat(out.toString()).endsWith("\"balanced\":true}\n");
    }

    /** The other parts are closed all the same. */
    @Test
    void aSecondSignalLeavesAPartThatHangsBehind() throws Exception {
        Signal now = Signal.named("stop-now");
        CountDownLatch closing = new CountDownLatch(1);
        AtomicBoolean othersClosed = new AtomicBoolean();
        CompletableFuture<StopReport> stopped = new CompletableFuture<>();
        StartupGate gate = gateWithAPartThatHangs(closing, othersClosed);

        FutureTask<Integer> ending =
                inBackground(() -> closeAndReport(() -> stopped.complete(CollectorService.close(gate, HOUR, now))));
        closing.await();
        assertThat(ending.isDone()).isFalse();
        now.set();

        assertThat(ending.get()).isZero();
        assertThat(stopped.get().with(StopReport.Outcome.UNFINISHED)).contains("hangs");
        await().untilTrue(othersClosed); // begun in any case, and on a busy machine not waited for
        assertThat(out.toString()).endsWith("\"balanced\":true}\n");
    }

    @Test
    void aSecondSignalThatCameBeforeTheCloseCountsForItToo() throws Exception {
        Signal now = Signal.named("stop-now");
        now.set();
        AtomicBoolean othersClosed = new AtomicBoolean();
        StartupGate gate = gateWithAPartThatHangs(new CountDownLatch(1), othersClosed);
        assertThat(CollectorService.close(gate, HOUR, now).with(StopReport.Outcome.UNFINISHED))
                .contains("hangs");
        await().untilTrue(othersClosed);
    }

    private StartupGate gateWithAPartThatHangs(CountDownLatch closing, AtomicBoolean othersClosed)
            throws InterruptedException {
        StartupGate.Builder parts = StartupGate.builder("parts").stopTimeout(Duration.ofMillis(100));
        var other = parts.component("other", () -> () -> othersClosed.set(true));
        parts.component("hangs", () -> (AutoCloseable) () -> {
                    closing.countDown();
                    Uninterruptibles.awaitUninterruptibly(over);
                })
                .after(other);
        return parts.start(Duration.ofSeconds(30));
    }
}
