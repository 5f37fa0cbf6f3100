// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.net;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.esclusa.coordination.timer.Timers;
import io.github.esclusa.examples.collector.syslog.Frame;
import io.github.esclusa.examples.collector.syslog.IdSource;
import io.github.esclusa.examples.collector.syslog.ParseException;
import io.github.esclusa.examples.collector.syslog.SyslogMessage;
import io.github.esclusa.examples.collector.syslog.SyslogParser;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The listeners and the parser against {@code logger} and {@code loggen}, where they are installed. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class RealClientsTest {

    private static final int SENT = 2_000;

    private final Timers timers = Timers.builder("idle").start();
    private final TestIntake intake = new TestIntake();
    private final SyslogParser parser = new SyslogParser(ZoneId.systemDefault());
    private TcpListener tcp;
    private UdpListener udp;

    @BeforeEach
    void listen() throws IOException {
        IdSource ids = IdSource.random();
        InetSocketAddress anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        tcp = TcpListener.builder("tcp")
                .address(anyPort)
                .timers(timers)
                .ids(ids)
                .bind();
        udp = UdpListener.builder("udp").address(anyPort).ids(ids).bind();
        tcp.start(intake);
        udp.start(intake);
    }

    @AfterEach
    void close() {
        tcp.close();
        udp.close();
        timers.close();
    }

    private static String run(String... command) throws Exception {
        assumeTrue(
                Stream.of(System.getenv("PATH").split(":", -1))
                        .anyMatch(directory -> Files.isExecutable(Path.of(directory, command[0]))),
                command[0] + " is not installed");
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor())
                .as("exit status of %s: %s", List.of(command), output)
                .isZero();
        return output;
    }

    private void logger(String options, String... more) throws Exception {
        boolean datagrams = options.contains("-d");
        InetSocketAddress address = datagrams ? udp.localAddress() : tcp.localAddress();
        List<String> command = new ArrayList<>(List.of("logger", "-n", "127.0.0.1", "-P", "" + address.getPort()));
        command.addAll(List.of(options.split(" ", -1)));
        command.addAll(List.of(more));
        run(command.toArray(String[]::new));
    }

    private List<SyslogMessage> parsed(int count) throws ParseException {
        List<SyslogMessage> messages = new ArrayList<>();
        for (Frame frame : intake.awaitFrames(count)) {
            messages.add(parser.parse(frame));
        }
        assertThat(messages).hasSize(count);
        return messages;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-d --rfc5424",
                "-d --rfc3164",
                "-d --octet-count --rfc5424",
                "-d --octet-count --rfc3164",
                "-T --rfc5424",
                "-T --rfc3164",
                "-T --octet-count --rfc5424",
                "-T --octet-count --rfc3164"
            })
    void whatLoggerSendsIsReadAsItWasMeant(String options) throws Exception {
        Instant before = Instant.now();
        logger(options + " -p local3.warning -t app --id=4711", "grüße: a[1] \"b\"");
        SyslogMessage message = parsed(1).get(0);
        assertThat(message.facility()).isEqualTo(19);
        assertThat(message.severity()).isEqualTo(4);
        assertThat(message.sentAt()).isBetween(before.minusSeconds(2), before.plusSeconds(20));
        assertThat(message.host()).isNotBlank();
        assertThat(message.app()).isEqualTo("app");
        assertThat(message.procid()).isEqualTo("4711");
        assertThat(message.message()).isEqualTo("grüße: a[1] \"b\"");
        if (options.contains("5424")) {
            assertThat(message.structuredData()).startsWith("[timeQuality ");
        }
    }

    @Test
    void whatLoggerSendsWithoutATimeOrAHostIsReadAsNil() throws Exception {
        logger("-T --rfc5424=notime,notq,nohost --msgid M1 --sd-id z@1 --sd-param k=\"v\" -t app", "text");
        SyslogMessage message = parsed(1).get(0);
        assertThat(message.sentAt()).isNull();
        assertThat(message.host()).isNull();
        assertThat(message.msgid()).isEqualTo("M1");
        assertThat(message.structuredData()).isEqualTo("[z@1 k=\"v\"]");
        assertThat(message.message()).isEqualTo("text");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-T --rfc5424",
                "-T --octet-count --rfc3164",
                "-T --octet-count --rfc5424",
                "-d --rfc3164",
                "-d --octet-count --rfc5424"
            })
    void aFileThatLoggerSendsArrivesLineForLine(String options, @TempDir Path directory) throws Exception {
        int count =
                options.startsWith("-d") ? 100 : 500; // a kernel that nobody reads from holds a few hundred datagrams
        List<String> lines =
                IntStream.range(0, count).mapToObj(i -> "line " + i).toList();
        Path file = Files.write(directory.resolve("lines"), lines);
        logger(options + " -t app -f", file.toString());
        assertThat(parsed(count).stream().map(SyslogMessage::message)).isEqualTo(lines);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-S -P", "-S -P -F", "-S"})
    void whatLoggenSendsOverTcpIsReadAndNoneIsMissing(String options) throws Exception {
        loggen(options, tcp.localAddress());
        checkSequence(parsed(SENT));
    }

    @ParameterizedTest
    @ValueSource(strings = {"-D -P -F", "-D"})
    void whatLoggenSendsOverUdpIsRead(String options) throws Exception {
        loggen(options, udp.localAddress());
        checkSequence(parsed(SENT));
    }

    /** Sends a number that was asked for: without {@code -n}, loggen's own count may be lower than what it has sent. */
    private static void loggen(String options, InetSocketAddress address) throws Exception {
        List<String> command = new ArrayList<>(List.of("loggen", "-i"));
        command.addAll(List.of(options.split(" ", -1)));
        command.addAll(List.of("-s", "256", "-r", "4000", "-n", "" + SENT, "-I", "30"));
        command.addAll(List.of("127.0.0.1", "" + address.getPort()));
        String output = run(command.toArray(String[]::new));
        assertThat(output).contains("count=" + SENT);
    }

    private static void checkSequence(List<SyslogMessage> messages) {
        assertThat(messages).isNotEmpty();
        for (int i = 0; i < messages.size(); i++) {
            SyslogMessage message = messages.get(i);
            assertThat(message.message()).startsWith(String.format("seq: %010d, thread: 0000", i));
            assertThat(message.host()).isEqualTo("localhost");
            assertThat(message.app()).isEqualTo("prg00000");
            assertThat(message.procid()).isEqualTo("1234");
            assertThat(message.sentAt())
                    .isBetween(
                            Instant.now().minus(Duration.ofMinutes(5)),
                            Instant.now().plusSeconds(5));
        }
    }
}
