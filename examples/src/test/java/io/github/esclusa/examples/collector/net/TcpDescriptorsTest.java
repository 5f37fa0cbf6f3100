// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.net;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A listener whose process has run out of file descriptors: a process of its own, with few. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class TcpDescriptorsTest {

    private static final int DESCRIPTORS = 120;

    @Test
    void withoutDescriptorsItTriesAgainWithoutSpinningAndGoesOnWhenThereAreSome() throws IOException {
        assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "needs a shell to limit a process's file descriptors");
        Process process = new ProcessBuilder(
                        "/bin/sh",
                        "-c",
                        "ulimit -n " + DESCRIPTORS + " && exec \"$0\" \"$@\"",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx64m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        DescriptorProbe.class.getName())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        List<Socket> senders = new ArrayList<>();
        try (BufferedReader answers = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
                PrintWriter questions = new PrintWriter(process.getOutputStream(), true, UTF_8)) {
            int port = (int) number(answers);
            try (Socket first = new Socket(InetAddress.getLoopbackAddress(), port)) {
                TcpRig.send(first, "<1>first\n"); // and every class is loaded that a connection needs
            }
            // Its end makes the listener accept again, so it must have come before what is counted below.
            TcpRig.eventually(() -> ask(TcpMetrics.CLOSED, questions, answers) == 1);
            for (int i = 0; i < DESCRIPTORS + 50; i++) {
                senders.add(new Socket(InetAddress.getLoopbackAddress(), port));
            }
            TcpRig.eventually(() -> ask(TcpMetrics.ACCEPT_FAILURES, questions, answers) >= 1);
            // Its clock stands still but for the test: a loop that spins fails without any pause having passed.
            for (AtomicLong pauses = new AtomicLong(); pauses.get() < 5; ) {
                long failures = ask(TcpMetrics.ACCEPT_FAILURES, questions, answers);
                assertThat(failures).isLessThanOrEqualTo(1 + pauses.get());
                TcpRig.eventually(() -> {
                    ask(DescriptorProbe.ADVANCE, questions, answers);
                    pauses.incrementAndGet();
                    return ask(TcpMetrics.ACCEPT_FAILURES, questions, answers) > failures;
                });
            }

            for (Socket sender : senders) {
                sender.close();
            }
            Socket late = new Socket(InetAddress.getLoopbackAddress(), port);
            senders.add(late);
            TcpRig.send(late, "<1>late\n");
            TcpRig.eventually(() -> ask(TcpMetrics.FRAMES, questions, answers) == 2);
        } finally {
            process.destroyForcibly();
            for (Socket sender : senders) {
                sender.close();
            }
        }
    }

    private static long ask(String counter, PrintWriter questions, BufferedReader answers) throws IOException {
        questions.println(counter);
        return number(answers);
    }

    /** The next line that is a number: others are the log's. */
    private static long number(BufferedReader answers) throws IOException {
        for (String line = answers.readLine(); line != null; line = answers.readLine()) {
            if (!line.isEmpty() && line.chars().allMatch(Character::isDigit)) {
                return Long.parseLong(line);
            }
        }
        throw new IOException("the process has ended");
    }
}
