// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.syslog;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 30, unit = TimeUnit.SECONDS)
class FrameDecoderTest {

    private static final int LIMIT = 32;
    private static final String LIE = "what follows the octet count 4 does not begin with '<'";
    private static final String CUT = "longer than the limit of 32 bytes";

    /** A frame as text, so that lists of them compare. */
    private record Cut(String text, @Nullable String fault) {

        static Cut of(RawFrame frame) {
            return new Cut(new String(frame.bytes(), ISO_8859_1), frame.fault());
        }
    }

    private static Cut good(String text) {
        return new Cut(text, null);
    }

    private static Cut bad(String text, String fault) {
        return new Cut(text, fault);
    }

    /** All frames of a stream that comes in chunks of a size and then ends. */
    private static List<Cut> decode(String stream, int chunk) {
        return decode(stream, () -> chunk);
    }

    private static List<Cut> decode(String stream, IntSupplier chunks) {
        FrameDecoder decoder = new FrameDecoder(LIMIT);
        List<Cut> frames = new ArrayList<>();
        byte[] bytes = stream.getBytes(ISO_8859_1);
        for (int at = 0; at < bytes.length; ) {
            int length = Math.min(Math.max(1, chunks.getAsInt()), bytes.length - at);
            ByteBuffer in = ByteBuffer.wrap(bytes, at, length);
            for (RawFrame frame = decoder.next(in); frame != null; frame = decoder.next(in)) {
                frames.add(Cut.of(frame));
            }
            assertThat(in.hasRemaining()).isFalse();
            at += length;
        }
        RawFrame last = decoder.end();
        if (last != null) {
            frames.add(Cut.of(last));
        }
        assertThat(decoder.insideFrame()).isFalse();
        assertThat(decoder.heldBytes()).isZero();
        return frames;
    }

    private static void assertFrames(String stream, Cut... expected) {
        for (int chunk : new int[] {Integer.MAX_VALUE, 1, 2, 3, 7}) {
            assertThat(decode(stream, chunk)).as("in chunks of %s", chunk).containsExactly(expected);
        }
    }

    @Test
    void linesEndInNewlines() {
        assertFrames("<1>a\n<2>b\r\n<3>c", good("<1>a"), good("<2>b"), good("<3>c"));
    }

    @Test
    void countedFramesMayHoldAnything() {
        assertFrames("4 <1>a8 <2>\n\0\r\nb4 <3>\u00ff", good("<1>a"), good("<2>\n\0\r\nb"), good("<3>\u00ff"));
    }

    @Test
    void bothFramingsMayBeMixed() {
        assertFrames("4 <1>a<2>b\n4 <3>c\n<4>d\n", good("<1>a"), good("<2>b"), good("<3>c"), good("<4>d"));
    }

    @Test
    void aLineEndInsideACountedFrameIsNotPartOfIt() {
        assertFrames("5 <1>a\n6 <2>b\r\n5 <3>c\r", good("<1>a"), good("<2>b"), good("<3>c\r"));
    }

    @Test
    void emptyLinesAreNothing() {
        assertFrames("\n\r\n\n<1>a\n\r\n\r\n4 <2>b\n\n", good("<1>a"), good("<2>b"));
    }

    @Test
    void aFrameOfExactlyTheLimitIsGood() {
        String line = "<1>" + "x".repeat(LIMIT - 3);
        assertFrames(line + "\n<2>b\n", good(line), good("<2>b"));
        assertFrames(LIMIT + " " + line + "4 <2>b", good(line), good("<2>b"));
        assertFrames(line, good(line));
    }

    @Test
    void aLineLongerThanTheLimitIsCutOffOnceAndTheRestSkipped() {
        String line = "<1>" + "x".repeat(LIMIT - 3);
        assertFrames(line + "y\n<2>b\n", bad(line, CUT), good("<2>b"));
        assertFrames(line + "y".repeat(500) + "\n<2>b\n", bad(line, CUT), good("<2>b"));
        assertFrames(line + "y".repeat(500), bad(line, CUT));
    }

    @Test
    void aCountedFrameLongerThanTheLimitIsCutOffOnceAndTheRestSkipped() {
        String frame = "<1>" + "x".repeat(LIMIT - 3);
        assertFrames("33 " + frame + "y4 <2>b", bad(frame, CUT + ": its octet count is 33"), good("<2>b"));
        assertFrames(
                "500 " + frame + "y".repeat(500 - LIMIT) + "4 <2>b",
                bad(frame, CUT + ": its octet count is 500"),
                good("<2>b"));
        assertFrames("500 " + frame + "yy", bad(frame, CUT + ": its octet count is 500"));
    }

    @Test
    void anOctetCountThatIsNoNumberIsBadUpToTheNextNewline() {
        assertFrames(
                "12x <1>a\n<2>b\n", bad("12x <1>a", "the octet count 12 is not followed by a space"), good("<2>b"));
        assertFrames("12\n4 <2>b", bad("12", "the octet count 12 is not followed by a space"), good("<2>b"));
        assertFrames(
                "2026-11-22 text\r\n<2>b\n",
                bad("2026-11-22 text", "the octet count 2026 is not followed by a space"),
                good("<2>b"));
    }

    @Test
    void anOctetCountWithTooManyDigitsIsBadUpToTheNextNewline() {
        assertFrames(
                "12345678 <1>a\n<2>b\n", bad("12345678 <1>a", "the octet count has more than 7 digits"), good("<2>b"));
    }

    @Test
    void anOctetCountThatIsNotFollowedByAPriorityIsBadUpToTheNextNewline() {
        assertFrames("4 hello\n4 <2>b", bad("4 hello", LIE), good("<2>b"));
        assertFrames("4 \n4 <2>b", bad("4 ", LIE), good("<2>b"));
    }

    @Test
    void aLyingCountWithoutANewlineIsCutOffAtTheLimitToo() {
        String text = "4 " + "h".repeat(LIMIT - 2);
        String fault = LIE + "; " + CUT;
        assertFrames(text + "hhhh\n<2>b\n", bad(text, fault), good("<2>b"));
    }

    /** One frame's count was three bytes short: "ing", and all good frames behind it, is one line without an end. */
    @Test
    void aLineTooLongAfterACountedFrameIsLostSynchronisation() {
        String behind = "ing" + "4 <3>b".repeat(100) + "\n4 <4>c";
        assertFrames(
                "4 <1>a5 <2>ly" + behind,
                Stream.concat(Stream.of(good("<1>a"), good("<2>ly")), pieces(behind, CUT))
                        .toArray(Cut[]::new));
        assertFrames(
                "4 <1>a4 " + behind,
                Stream.concat(Stream.of(good("<1>a")), pieces("4 " + behind, LIE + "; " + CUT))
                        .toArray(Cut[]::new));
        String two = "x".repeat(2 * LIMIT);
        assertFrames(
                "4 <1>a" + two,
                Stream.concat(Stream.of(good("<1>a")), pieces(two, CUT)).toArray(Cut[]::new));
    }

    /** Everything, the last piece shorter than the limit, or none. */
    private static Stream<Cut> pieces(String lost, String firstFault) {
        String sync = "out of sync with the octet counts before it";
        return IntStream.range(0, (lost.length() + LIMIT - 1) / LIMIT)
                .mapToObj(i -> bad(
                        lost.substring(i * LIMIT, Math.min(lost.length(), (i + 1) * LIMIT)),
                        i == 0 ? firstFault + ": " + sync : sync));
    }

    /** It ends before the limit, and what follows is understood again. */
    @Test
    void aLineAfterACountedFrameIsALineAsLongAsItHasAnEnd() {
        assertFrames("4 <1>a5 <2>lying\n4 <3>b", good("<1>a"), good("<2>ly"), good("ing"), good("<3>b"));
    }

    @Test
    void howManyBytesWereThrownAwayIsToldOnce() {
        FrameDecoder decoder = new FrameDecoder(LIMIT);
        assertThat(skipped(decoder, "<1>a\r\n\n<2>b\n")).isZero();
        assertThat(skipped(decoder, "x".repeat(LIMIT + 5) + "\n<2>b\n")).isEqualTo(5);
        assertThat(skipped(decoder, "40 <" + "x".repeat(39))).isEqualTo(40 - LIMIT);
        assertThat(decoder.outOfSync()).isFalse();
        assertThat(skipped(decoder, "4 <1>a" + "x".repeat(LIMIT + 5) + "\n<2>b\n4 <3>c"))
                .as("out of sync, all is given out")
                .isZero();
        assertThat(decoder.outOfSync()).isTrue();
        assertThat(skipped(decoder, "\n<2>b\n".repeat(LIMIT))).isZero();
        assertThat(decoder.takeSkipped()).isZero();
    }

    private static long skipped(FrameDecoder decoder, String stream) {
        ByteBuffer in = ByteBuffer.wrap(stream.getBytes(ISO_8859_1));
        while (decoder.next(in) != null) {
            // Only what is not given out counts here.
        }
        return decoder.takeSkipped();
    }

    @Test
    void whatTheEndOfTheStreamCutsOffIsBadIfItWasCounted() {
        String ended = "the connection ended inside the frame";
        assertFrames("4 <1>a12", good("<1>a"), bad("12", ended));
        assertFrames("12 ", bad("12 ", ended));
        assertFrames("12 <1>a", bad("<1>a", ended + ", after 4 of its 12 bytes"));
        assertFrames("4 hel", bad("4 hel", LIE));
        assertFrames("<1>a\r", good("<1>a"));
        assertFrames("");
    }

    @Test
    void aStreamThatIsCutOffGivesWhatHasComeOfTheLastFrame() {
        FrameDecoder decoder = new FrameDecoder(LIMIT);
        assertThat(decoder.next(ByteBuffer.wrap("<1>half".getBytes(ISO_8859_1))))
                .isNull();
        assertThat(decoder.insideFrame()).isTrue();
        RawFrame last = decoder.cutOff("too slow");
        assertThat(last).isNotNull();
        assertThat(Cut.of(last)).isEqualTo(bad("<1>half", "too slow"));
        assertThat(decoder.cutOff("again")).isNull();
    }

    @Test
    void aHugeCountTakesNoMemoryBeforeItsBytesCome() {
        FrameDecoder decoder = new FrameDecoder(64 << 10);
        assertThat(decoder.next(ByteBuffer.wrap("65000 <1>a".getBytes(ISO_8859_1))))
                .isNull();
        assertThat(decoder.heldBytes()).isLessThanOrEqualTo(256);
    }

    @Test
    void gatheringNeverTakesMoreThanTheLimitWhateverComes() {
        FrameDecoder decoder = new FrameDecoder(1000);
        byte[] chunk = "x".repeat(77).getBytes(ISO_8859_1);
        for (int i = 0; i < 100; i++) {
            decoder.next(ByteBuffer.wrap(chunk));
            assertThat(decoder.heldBytes()).isLessThanOrEqualTo(1000);
        }
    }

    @Test
    void howTheStreamIsSplitMakesNoDifference() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int round = 0; round < 5_000; round++) {
            String stream = stream(random);
            List<Cut> whole = decode(stream, Integer.MAX_VALUE);
            assertThat(decode(stream, () -> 1 + random.nextInt(1 << random.nextInt(7))))
                    .as("seed %s, round %s", seed, round)
                    .isEqualTo(whole);
        }
    }

    @Test
    void aStreamOfWellFramedMessagesComesOutAsItWentIn() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int round = 0; round < 2_000; round++) {
            StringBuilder stream = new StringBuilder();
            List<Cut> sent = new ArrayList<>();
            for (int i = random.nextInt(20); i >= 0; i--) {
                String text = "<" + random.nextInt(192) + ">" + "m".repeat(random.nextInt(LIMIT - 5));
                sent.add(good(text));
                stream.append(
                        switch (random.nextInt(4)) {
                            case 0 -> text + "\n";
                            case 1 -> text + "\r\n";
                            case 2 -> (text.length() + 1) + " " + text + "\n";
                            default -> text.length() + " " + text;
                        });
            }
            assertThat(decode(stream.toString(), () -> 1 + random.nextInt(40)))
                    .as("seed %s, round %s", seed, round)
                    .isEqualTo(sent);
        }
    }

    private static String stream(Random random) {
        String[] parts = {
            "<1>a\n",
            "<2>bb\r\n",
            "4 <3>c",
            "5 <4>d\n",
            "12345678 ",
            "12x",
            "0",
            "7",
            " ",
            "\n",
            "\r",
            "<",
            "40 <5>",
            "x".repeat(20),
            "9999999 <6>",
            "\0\u00ff",
            "33 <7>" + "y".repeat(30)
        };
        StringBuilder stream = new StringBuilder();
        for (int i = random.nextInt(15); i >= 0; i--) {
            stream.append(parts[random.nextInt(parts.length)]);
        }
        return stream.toString();
    }

    @Test
    void aLimitTooSmallIsRefused() {
        assertThatThrownBy(() -> new FrameDecoder(15)).hasMessage("frame limit is 15 bytes, allowed is 16 and more");
    }
}
