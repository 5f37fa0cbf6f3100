// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.esclusa.examples.collector.web.Scrape;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;

/** The packaged collector, run as a process of its own, its output kept in files. */
final class CollectorProcess implements AutoCloseable {

    private static final Pattern READY = Pattern.compile(
            "ready; udp 127\\.0\\.0\\.1:(\\d+), tcp 127\\.0\\.0\\.1:(\\d+), page http://127\\.0\\.0\\.1:(\\d+)/");
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final int ATTEMPTS = 5;

    /** What has SIGINT reach a process though whoever starts it ignores that; nothing where {@code env} is too old. */
    private static final List<String> INTERRUPTIBLY = interruptibly();

    private final HttpClient http = HttpClient.newHttpClient();
    private final Process process;
    private final Path out;
    private final Path err;

    private CollectorProcess(Process process, Path out, Path err) {
        this.process = process;
        this.out = out;
        this.err = err;
    }

    static CollectorProcess start(Path directory, List<String> jvmOptions, String... options) throws IOException {
        List<String> command = new ArrayList<>(INTERRUPTIBLY);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(sameCompilers());
        command.addAll(jvmOptions);
        command.addAll(List.of(
                "-jar", Path.of("target", "collector.jar").toAbsolutePath().toString()));
        command.addAll(List.of(options));
        Path out = Files.createTempFile(directory, "collector", ".out");
        Path err = Files.createTempFile(directory, "collector", ".err");
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        return new CollectorProcess(process, out, err);
    }

    private static List<String> interruptibly() {
        List<String> command = List.of("env", "--default-signal=INT");
        try {
            int status = new ProcessBuilder(command)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
            return status == 0 ? command : List.of();
        } catch (IOException e) {
            return List.of();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return List.of();
        }
    }

    /** The choice of compilers this JVM was started with: an ordinary build takes the fast one, which starts sooner. */
    private static List<String> sameCompilers() {
        return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(argument -> argument.startsWith("-XX:") && argument.contains("Tiered"))
                .toList();
    }

    /** On free ports, into a SQLite file of the directory. */
    static CollectorProcess startReady(Path directory, List<String> jvmOptions, String... more) throws IOException {
        List<String> options = new ArrayList<>(List.of("--udp", "0", "--tcp", "0", "--http", "0"));
        options.addAll(List.of(more));
        CollectorProcess collector = start(directory, jvmOptions, options.toArray(String[]::new));
        Awaitility.await().atMost(LONG).until(() -> collector.ready().find() || !collector.process.isAlive());
        if (!collector.ready().find()) {
            throw new AssertionError("the collector did not start: " + collector.errors());
        }
        return collector;
    }

    int udpPort() throws IOException {
        return port(1);
    }

    int tcpPort() throws IOException {
        return port(2);
    }

    int httpPort() throws IOException {
        return port(3);
    }

    /** What {@code /metrics} says now. */
    Scrape scrape() throws IOException, InterruptedException {
        return new Scrape(get("/metrics"));
    }

    /** What {@code /health} says now. */
    String health() throws IOException, InterruptedException {
        return get("/health");
    }

    /** Asks again when it is cut off, as happens to a request that has taken five seconds on a machine too busy. */
    private String get(String path) throws IOException, InterruptedException {
        return get(httpPort(), path);
    }

    /** What its page answers on a port it was given: it answers before it says that it is ready. */
    String get(int port, String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(LONG)
                .build();
        for (int attempt = 1; ; attempt++) {
            try {
                return http.send(request, HttpResponse.BodyHandlers.ofString()).body();
            } catch (IOException e) {
                if (attempt == ATTEMPTS || !process.isAlive()) {
                    throw e;
                }
            }
        }
    }

    /** Messages that have come to an end, as {@code delivered} or {@code dead_lettered}. */
    double settled(String outcome) throws IOException, InterruptedException {
        return scrape().sum("esclusa_pipeline_settled_messages_total", "outcome=\"" + outcome + "\"");
    }

    /** Messages accepted over {@code tcp} or {@code udp}. */
    double accepted(String inlet) throws IOException, InterruptedException {
        return scrape().sum(
                        "esclusa_pipeline_submitted_messages_total", "outcome=\"accepted\"", "inlet=\"" + inlet + "\"");
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Sends SIGTERM. */
    void terminate() {
        process.destroy();
    }

    /** Sends SIGINT, as Ctrl-C does. */
    void interrupt() throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-INT", String.valueOf(process.pid()))
                .start()
                .waitFor();
    }

    /** Sends SIGHUP, as a terminal does that is closed. */
    void hangUp() throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-HUP", String.valueOf(process.pid()))
                .start()
                .waitFor();
    }

    /** Whether SIGINT reaches it: a shell starts what it puts into the background so that it does not. */
    boolean isInterruptible() throws IOException {
        return heeds(0b10);
    }

    /** Whether SIGHUP reaches it: it does not where whoever runs these tests was started by {@code nohup}. */
    boolean heedsHangUp() throws IOException {
        return heeds(0b1);
    }

    private boolean heeds(int signal) throws IOException {
        Path status = Path.of("/proc", String.valueOf(process.pid()), "status");
        if (!Files.isReadable(status)) {
            return true;
        }
        Matcher ignored = Pattern.compile("SigIgn:\\s*([0-9a-f]+)").matcher(Files.readString(status));
        return !ignored.find() || (Long.parseUnsignedLong(ignored.group(1), 16) & signal) == 0;
    }

    /** Waits for the end, and answers with the exit status. */
    int exitStatus() throws InterruptedException {
        return exitStatus(LONG);
    }

    /** Waits for the end, which must come within a time, and answers with the exit status. */
    int exitStatus(Duration atMost) throws InterruptedException {
        if (!process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new AssertionError("the collector did not end within " + atMost);
        }
        return process.exitValue();
    }

    /** The exit status that goes with the balance it has printed. */
    int statusOfTheBalance() throws IOException {
        return balance("unknown") == 0 ? 0 : 1;
    }

    String output() throws IOException {
        return Files.readString(out, UTF_8);
    }

    String errors() throws IOException {
        return Files.readString(err, UTF_8);
    }

    /** A number in the balance, which is the last line of standard output. */
    long balance(String name) throws IOException {
        List<String> lines = output().lines().toList();
        Matcher number = Pattern.compile("\"" + name + "\":(\\d+)").matcher(lines.get(lines.size() - 1));
        if (!number.find()) {
            throw new AssertionError("no " + name + " in the last line of " + lines);
        }
        return Long.parseLong(number.group(1));
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    private Matcher ready() throws IOException {
        return READY.matcher(errors());
    }

    private int port(int group) throws IOException {
        Matcher ready = ready();
        if (!ready.find()) {
            throw new AssertionError("not ready: " + errors());
        }
        return Integer.parseInt(ready.group(group));
    }
}
