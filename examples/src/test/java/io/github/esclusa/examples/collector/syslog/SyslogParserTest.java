// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.syslog;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(value = 30, unit = TimeUnit.SECONDS)
class SyslogParserTest {

    private static final Instant RECEIVED = Instant.parse("2026-11-22T20:00:00Z");

    private final SyslogParser parser = new SyslogParser(ZoneOffset.UTC);

    private SyslogMessage parse(String text) throws ParseException {
        return parse(parser, text, RECEIVED);
    }

    private static SyslogMessage parse(SyslogParser parser, String text, Instant received) throws ParseException {
        return parser.parse(text.getBytes(UTF_8), received.toEpochMilli() * 1000);
    }

    @Test
    void rfc5424WithEveryField() throws ParseException {
        assertThat(parse("<165>1 2003-10-11T22:14:15.003+02:00 mymachine.example.com evntslog 77 ID47"
                        + " [exampleSDID@32473 iut=\"3\" t=\"a\\\"b\\]c\\\\\"][x] \uFEFFAn application"))
                .isEqualTo(new SyslogMessage(
                        20,
                        5,
                        Instant.parse("2003-10-11T20:14:15.003Z"),
                        "mymachine.example.com",
                        "evntslog",
                        "77",
                        "ID47",
                        "[exampleSDID@32473 iut=\"3\" t=\"a\\\"b\\]c\\\\\"][x]",
                        "An application"));
    }

    @Test
    void nilFieldsAreNull() throws ParseException {
        assertThat(parse("<0>1 - - - - - -"))
                .isEqualTo(new SyslogMessage(0, 0, null, null, null, null, null, null, null));
        assertThat(parse("<191>1 - - - - - - ").message()).isEmpty();
        assertThat(parse("<191>1 - - - - - - -").message()).isEqualTo("-");
    }

    @ParameterizedTest
    @CsvSource({
        "2003-10-11T22:14:15Z, 2003-10-11T22:14:15Z",
        "2003-10-11T22:14:15.1Z, 2003-10-11T22:14:15.100Z",
        "2003-10-11T22:14:15.123456789-05:30, 2003-10-12T03:44:15.123456789Z",
        "2024-02-29T00:00:00+00:00, 2024-02-29T00:00:00Z",
        "2000-02-29T23:59:59Z, 2000-02-29T23:59:59Z",
        "1969-12-31T23:59:59Z, 1969-12-31T23:59:59Z",
        "0000-01-01T00:00:00Z, 0000-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z, 9999-12-31T23:59:59Z",
    })
    void timesAsIsoHasThem(String sent, Instant expected) throws ParseException {
        assertThat(parse("<1>1 " + sent + " h a - - -").sentAt()).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "<13>Nov 22 19:59:53 vm app[77]: hello, 2026-11-22T19:59:53Z, vm, app, 77, hello",
        "<13>Nov 22 19:59:54 vm app: hello, 2026-11-22T19:59:54Z, vm, app, , hello",
        "<13>Nov 22 19:59:54 app: hello, 2026-11-22T19:59:54Z, , app, , hello",
        "<13>Nov 22 19:59:54 app[77]: hello, 2026-11-22T19:59:54Z, , app, 77, hello",
        "<13>Nov 22 19:59:54 vm postfix/smtpd[1]: a: b, 2026-11-22T19:59:54Z, vm, postfix/smtpd, 1, a: b",
        "<13>Nov 22 19:59:54 vm no tag here, 2026-11-22T19:59:54Z, vm, , , no tag here",
        "<13>Nov 22 19:59:54 fe80::1 app: hello, 2026-11-22T19:59:54Z, fe80::1, app, , hello",
        "<13>Nov 22 19:59:54 [info] hello, 2026-11-22T19:59:54Z, , , , [info] hello",
        "<13>Nov 22 19:59:54 word, 2026-11-22T19:59:54Z, , , , word",
        "<13>Nov  2 09:59:54 vm app: one digit, 2026-11-02T09:59:54Z, vm, app, , one digit",
        "<13>Nov 2 09:59:54 vm app: one digit, 2026-11-02T09:59:54Z, vm, app, , one digit",
        "<13>Nov 02 09:59:54.25 vm app: fraction, 2026-11-02T09:59:54.250Z, vm, app, , fraction",
        "<189>Nov 22 2025 10:52:01: %SYS-5: cisco, 2025-11-22T10:52:01Z, , %SYS-5, , cisco",
        "<38>2026-11-22T20:00:00 localhost prg[1234]: loggen, 2026-11-22T20:00:00Z, localhost, prg, 1234, loggen",
        "<38>2026-11-22T20:00:00.5+01:00 vm prg[1]: rsyslog, 2026-11-22T19:00:00.500Z, vm, prg, 1, rsyslog",
        "<38>su: no time, , , su, , no time",
        "<38>no time no tag, , , , , no time no tag",
        "<38>Decorations fell, , , , , Decorations fell",
        "<38>Dec orations fell, , , , , Dec orations fell",
        "<38>1984 was a year, , , , , 1984 was a year",
        "<38>a[b]c d, , , , , a[b]c d",
        "<38>a[b c]: d, , , , , a[b c]: d",
        "<38>a[]: d, , , a, , d",
    })
    void rfc3164AsItIsFoundInTheWild(
            String text, Instant sentAt, String host, String app, String procid, String message) throws ParseException {
        SyslogMessage parsed = parse(text);
        assertThat(parsed.sentAt()).isEqualTo(sentAt);
        assertThat(parsed.host()).isEqualTo(host);
        assertThat(parsed.app()).isEqualTo(app);
        assertThat(parsed.procid()).isEqualTo(procid);
        assertThat(parsed.message()).isEqualTo(message);
        assertThat(parsed.msgid()).isNull();
        assertThat(parsed.structuredData()).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "2026-01-01T00:00:05Z, Dec 31 23:59:59, 2025-12-31T23:59:59Z",
        "2025-12-31T23:59:58Z, Jan  1 00:00:01, 2026-01-01T00:00:01Z",
        "2026-06-15T12:00:00Z, Jun 15 12:05:00, 2026-06-15T12:05:00Z",
        "2026-06-15T12:00:00Z, Jun 30 12:05:00, 2025-06-30T12:05:00Z",
        "2026-06-15T12:00:00Z, Dec 25 12:05:00, 2025-12-25T12:05:00Z",
        "2026-06-15T12:00:00Z, Feb 29 12:05:00, 2024-02-29T12:05:00Z",
        "2024-02-29T12:00:00Z, Feb 29 12:00:00, 2024-02-29T12:00:00Z",
        "2027-03-01T00:00:00Z, Feb 29 10:00:00, 2024-02-29T10:00:00Z",
        "2104-02-20T00:00:00Z, Feb 29 10:00:00, 2096-02-29T10:00:00Z",
        "2024-01-01T00:00:00Z, Jan  1 00:00:00, 2024-01-01T00:00:00Z",
        "2025-01-01T00:00:00Z, Jan  1 00:00:00, 2025-01-01T00:00:00Z",
        "2024-12-31T23:59:59Z, Dec 31 23:59:59, 2024-12-31T23:59:59Z",
    })
    void theYearThatIsNotSentIsTheLatestThatIsNotFarAhead(Instant received, String sent, Instant expected)
            throws ParseException {
        assertThat(parse(parser, "<1>" + sent + " h a: m", received).sentAt()).isEqualTo(expected);
    }

    @Test
    void aTimeWithoutAZoneIsInTheCollectorsOwn() throws ParseException {
        SyslogParser berlin = new SyslogParser(ZoneId.of("Europe/Berlin"));
        assertThat(parse(berlin, "<1>Nov 22 20:00:00 h a: m", RECEIVED).sentAt())
                .isEqualTo(Instant.parse("2026-11-22T19:00:00Z"));
        assertThat(parse(berlin, "<1>Jul 22 20:00:00 h a: m", RECEIVED).sentAt())
                .isEqualTo(Instant.parse("2026-07-22T18:00:00Z"));
        assertThat(parse(berlin, "<1>2026-07-22T20:00:00 h a: m", RECEIVED).sentAt())
                .isEqualTo(Instant.parse("2026-07-22T18:00:00Z"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            ignoreLeadingAndTrailingWhitespace = false,
            value = {
                "hello;PRI missing: no '<' at offset 0",
                "<>x;PRI is not a number at offset 1",
                "<a>x;PRI is not a number at offset 1",
                "<-1>x;PRI is not a number at offset 1",
                "<192>x;PRI is 192, allowed is 0 to 191, at offset 1",
                "<0192>x;PRI has more than 3 digits at offset 1",
                "<13 x;PRI is not closed: no '>' at offset 3",
                "<;PRI is not a number at offset 1",
                "<13;PRI is not closed: no '>' at offset 3",
                "<13>2 - - - - - -;version is 2, only 1 is known, at offset 4",
                "<13>12 - - - - - -;version is 12, only 1 is known, at offset 4",
                "<13>2 2026-02-28T00:00:00Z h a - - -;version is 2, only 1 is known, at offset 4",
                "<13>1 ;bad timestamp at offset 6",
                "<13>1 now h a - - -;bad timestamp at offset 6",
                "<13>1 2026-02-29T00:00:00Z h a - - -;bad timestamp at offset 6",
                "<13>1 1900-02-29T00:00:00Z h a - - -;bad timestamp at offset 6",
                "<13>1 2026-04-31T00:00:00Z h a - - -;bad timestamp at offset 6",
                "<13>1 2026-13-01T00:00:00Z h a - - -;bad timestamp at offset 6",
                "<13>1 2026-12-01T24:00:00Z h a - - -;bad timestamp at offset 6",
                "<13>1 2026-12-01T23:60:00Z h a - - -;bad timestamp at offset 6",
                "<13>1 2026-12-01T23:59:60Z h a - - -;bad timestamp at offset 6",
                "<13>1 2026-12-01T23:59:5;bad timestamp at offset 6",
                "<13>1 2026-12-01T23:59:59 h a - - -;bad timestamp: 'Z' or an offset expected at offset 25",
                "<13>1 2026-12-01T23:59:59+0100 h a - - -;bad timestamp: its offset is not hh:mm, at offset 25",
                "<13>1 2026-12-01T23:59:59.Z h;bad timestamp: 1 to 9 digits expected in its fraction, at offset 25",
                "<13>1 2026-12-01T23:59:59.1234567890Z h;"
                        + "bad timestamp: 1 to 9 digits expected in its fraction, at offset 25",
                "<13>1 2026-12-01T23:59:59Zh a - - -;no space after the TIMESTAMP at offset 26",
                "<13>1 -;the header ends after its TIMESTAMP at offset 7",
                "<13>1 - ;the header ends before its HOSTNAME at offset 8",
                "<13>1 - h;the header ends after its HOSTNAME at offset 9",
                "<13>1 -  a - - -;HOSTNAME is empty at offset 8",
                "<13>1 - h a p ;the header ends before its MSGID at offset 14",
                "<13>1 - h a p m ;structured data expected, '-' or '[', at offset 16",
                "<13>1 - h a p m text;structured data expected, '-' or '[', at offset 16",
                "<13>1 - h a p m -text;no space after the structured data at offset 17",
                "<13>1 - h a p m [;unterminated structured data, its last element begins at offset 16",
                "<13>1 - h a p m [x;unterminated structured data, its last element begins at offset 16",
                "<13>1 - h a p m [x y=\"z;unterminated structured data, its last element begins at offset 16",
                "<13>1 - h a p m [x y=\"z\\;unterminated structured data, its last element begins at offset 16",
                "<13>1 - h a p m [a][x y=\"z\";unterminated structured data, its last element begins at offset 19",
                "<13>1 - h a p m [];structured data: an element's id expected at offset 17",
                "<13>1 - h a p m [x ];structured data: a parameter's name expected at offset 19",
                "<13>1 - h a p m [x y=z];structured data: =\" expected at offset 21",
                "<13>1 - h a p m [x y=\"a]b\"];structured data: ']' without a backslash in a value at offset 23",
                "<13>1 - h a p m [x\"];structured data: ' ' or ']' expected at offset 18",
                "<13>1 - h a p m [x]text;no space after the structured data at offset 19",
                "<13>Nov 31 00:00:00 h a: m;bad timestamp: no such day at offset 4",
                "<13>Nov 00 00:00:00 h a: m;bad timestamp: no such day at offset 4",
                "<13>Nov 22 99:00:00 h a: m;bad timestamp at offset 4",
                "<13>Nov 22 tea time;bad timestamp at offset 4",
                "<13>Nov 22 22:00:00h a: m;bad timestamp: no space after it at offset 19",
                "<13>2026-13-22T22:00:00 h a: m;bad timestamp at offset 4",
            })
    void whatCannotBeReadSaysWhatIsWrongAndWhere(String text, String reason) {
        assertThatThrownBy(() -> parse(text)).isInstanceOf(ParseException.class).hasMessage(reason);
    }

    @Test
    void anEmptyDatagramIsUnreadable() {
        assertThatThrownBy(() -> parse(""))
                .isInstanceOf(ParseException.class)
                .hasMessage("empty: not a single byte")
                .satisfies(e -> assertThat(e.getStackTrace()).isEmpty());
        assertThatThrownBy(() -> parse("\r\n")).hasMessage("empty: nothing but a line end");
    }

    @Test
    void aFrameKnownToBeBadIsNotEvenLookedAt() {
        Frame bad = new Frame(1, 0, "tcp/x", "<1>good".getBytes(UTF_8), "cut off");
        assertThatThrownBy(() -> parser.parse(bad))
                .isInstanceOf(ParseException.class)
                .hasMessage("cut off");
    }

    @Test
    void aFrameIsParsedByItsTimeOfReceipt() throws ParseException {
        byte[] bytes = "<1>Jan  1 00:00:00 h a: m".getBytes(UTF_8);
        Frame frame = new Frame(1, Instant.parse("2020-03-01T00:00:00Z").toEpochMilli() * 1000, "udp/x", bytes, null);
        assertThat(parser.parse(frame).sentAt()).isEqualTo(Instant.parse("2020-01-01T00:00:00Z"));
    }

    @Test
    void aLineEndAtTheEndIsNotPartOfTheMessage() throws ParseException {
        assertThat(parse("<1>1 - h a - - - text\n").message()).isEqualTo("text");
        assertThat(parse("<1>1 - h a - - - text\r\n").message()).isEqualTo("text");
        assertThat(parse("<1>1 - h a - - - two\nlines\n\n").message()).isEqualTo("two\nlines\n");
    }

    @Test
    void invalidUtf8BecomesReplacementCharacters() throws ParseException {
        byte[] bytes = "<1>1 - h a - - - xYz".getBytes(UTF_8);
        bytes[bytes.length - 2] = (byte) 0xC3;
        assertThat(parser.parse(bytes, 0).message()).isEqualTo("x\uFFFDz");
    }

    @Test
    void nulBecomesAReplacementCharacterInEveryField() throws ParseException {
        assertThat(parse("<1>1 - h\0 a\0 \0 i\0 [x y=\"\0\"] m\0"))
                .isEqualTo(new SyslogMessage(
                        0, 1, null, "h\uFFFD", "a\uFFFD", "\uFFFD", "i\uFFFD", "[x y=\"\uFFFD\"]", "m\uFFFD"));
        assertThat(parse("<1>a\0b").message()).isEqualTo("a\uFFFDb");
    }

    @Test
    void aByteOrderMarkIsNotPartOfTheText() throws ParseException {
        assertThat(parse("<1>1 - h a - - - \uFEFFtext").message()).isEqualTo("text");
        assertThat(parse("<1>Nov 22 19:59:54 vm app: \uFEFFtext").message()).isEqualTo("text");
    }

    /** RFC 3164 text without a time may begin with a number. */
    @Test
    void aNumberWithoutATimeBehindItIsTextAndNoVersion() throws ParseException {
        assertThat(parse("<13>3 users logged in").message()).isEqualTo("3 users logged in");
        assertThat(parse("<13>12 ").message()).isEqualTo("12 ");
        assertThat(parse("<13>2 -x").message()).isEqualTo("2 -x");
    }
}
