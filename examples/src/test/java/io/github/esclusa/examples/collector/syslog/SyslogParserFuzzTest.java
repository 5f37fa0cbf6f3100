// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.syslog;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Random bytes and mutated messages: the parser answers with a message or a reason, never with anything else. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class SyslogParserFuzzTest {

    private static final int ROUNDS = 300_000;

    private static final List<String> SEEDS = List.of(
            "<165>1 2003-10-11T22:14:15.003Z host app 77 ID47 [a@1 k=\"v\\\"w\"][b] \uFEFFmessage \u00fc",
            "<34>Oct 11 22:14:15 host su[12]: 'su root' failed",
            "<38>2026-11-22T20:00:00.123456+02:00 localhost prg00000[1234]: seq: 0",
            "<13>Nov  2 2025 10:52:01.5: %SYS-5: x",
            "<0>1 - - - - - -");

    /** Bytes the grammars care about, to be hit more often than chance would. */
    private static final byte[] MARKS = "<>[]\"\\=-:. TZ+01239\n\r\0JanFeb\u00ff".getBytes(ISO_8859_1);

    private final SyslogParser[] parsers = {
        new SyslogParser(ZoneOffset.UTC), new SyslogParser(ZoneId.of("America/New_York"))
    };

    @Test
    void whateverTheBytesItAnswersWithAMessageOrAReason() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        int read = 0;
        for (int round = 0; round < ROUNDS; round++) {
            byte[] bytes = round % 8 == 0 ? noise(random) : mutated(random);
            long receivedAt = round % 16 == 0 ? random.nextLong() : 1_795_377_600_000_000L;
            try {
                check(parsers[round & 1].parse(bytes, receivedAt));
                read++;
            } catch (ParseException e) {
                assertThat(e.reason()).isNotBlank();
            } catch (Throwable e) {
                fail(
                        "seed " + seed + ", round " + round + ", received at " + receivedAt + ": "
                                + Arrays.toString(bytes),
                        e);
            }
        }
        assertThat(read).as("messages read, seed " + seed).isBetween(ROUNDS / 20, ROUNDS - ROUNDS / 20);
    }

    private static byte[] noise(Random random) {
        byte[] bytes = new byte[random.nextInt(64)];
        random.nextBytes(bytes);
        return bytes;
    }

    private static byte[] mutated(Random random) {
        byte[] bytes = SEEDS.get(random.nextInt(SEEDS.size())).getBytes(UTF_8);
        for (int change = random.nextInt(4); change >= 0 && bytes.length > 0; change--) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(4)) {
                case 0 -> bytes = Arrays.copyOf(bytes, at);
                case 1 -> bytes[at] = (byte) random.nextInt(256);
                case 2 -> bytes[at] = MARKS[random.nextInt(MARKS.length)];
                default -> bytes = Arrays.copyOfRange(bytes, random.nextInt(Math.min(8, bytes.length)), bytes.length);
            }
        }
        return bytes;
    }

    private static void check(SyslogMessage parsed) {
        if (parsed.facility() < 0 || parsed.facility() > 23 || parsed.severity() < 0 || parsed.severity() > 7) {
            throw new AssertionError("priority out of range: " + parsed);
        }
        Stream.of(parsed.host(), parsed.app(), parsed.procid(), parsed.msgid(), parsed.structuredData())
                .forEach(SyslogParserFuzzTest::checkText);
        checkText(parsed.message());
    }

    private static void checkText(@Nullable String text) {
        if (text != null && (text.indexOf('\0') >= 0 || !UTF_8.newEncoder().canEncode(text))) {
            throw new AssertionError("no database would take this text: " + text);
        }
    }
}
