// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.syslog;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OctetCountTest {

    private static int lengthIn(String datagram) {
        return OctetCount.lengthIn(ByteBuffer.wrap(datagram.getBytes(UTF_8)));
    }

    /** The last two are as logger counts: bytes, not characters, and a newline of the message with them. */
    @ParameterizedTest
    @CsvSource({"'1 <',2", "'4 <1>a',2", "'13 <13>1 - a b -',3", "'5 <1>ü',2", "'5 <1>a\n',2"})
    void isThatOfAllBytesThatFollow(String datagram, int length) {
        assertThat(lengthIn(datagram)).isEqualTo(length);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "4",
                "4 ",
                "<1>a",
                " <1>a",
                "3 <1>a",
                "5 <1>a",
                "4 <1>a\n",
                "04 <1>a",
                "4  <1>a",
                "4  <1>",
                "4<1>a",
                "4\t<1>a",
                "4 text",
                "+4 <1>a",
                "4 4 <1>a",
                "00000004 <1>a",
                "4294967300 <1>a",
                "44444444444444444444"
            })
    void isNoneUnlessItIsRightAndAMessageFollows(String datagram) {
        assertThat(lengthIn(datagram)).isZero();
    }

    @Test
    void isLookedForFromThePositionToTheLimitAndMovesNeither() {
        ByteBuffer datagram =
                ByteBuffer.wrap("9 <4 <1>a<1>b".getBytes(UTF_8)).position(3).limit(9);
        assertThat(OctetCount.lengthIn(datagram)).isEqualTo(2);
        assertThat(datagram.position()).isEqualTo(3);
        assertThat(datagram.limit()).isEqualTo(9);
    }
}
