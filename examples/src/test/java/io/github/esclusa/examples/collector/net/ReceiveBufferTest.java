// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReceiveBufferTest {

    @TempDir
    @SuppressWarnings("NullAway.Init") // by JUnit
    private Path settings;

    @Test
    void oneThatIsAsLargeAsAskedForOrLargerIsNotSmall() {
        assertThat(new ReceiveBuffer(8_192, 8_192).isSmall()).isFalse();
        assertThat(new ReceiveBuffer(1, 2_304).isSmall()).isFalse();
        assertThat(new ReceiveBuffer(8_192, 8_191).isSmall()).isTrue();
    }

    @Test
    void aSmallOneIsExplainedByTheLimitAndHowToRaiseIt() throws IOException {
        Path folder = Files.createDirectories(settings.resolve("net/core"));
        Files.writeString(folder.resolve("rmem_max"), "212992\n");
        assertThat(new ReceiveBuffer(8_388_608, 212_992).explained(settings))
                .isEqualTo("the kernel grants a receive buffer of 212992 bytes, not the 8388608 asked for"
                        + " (net.core.rmem_max is 212992); to lose less in a burst, sysctl -w net.core.rmem_max=8388608"
                        + " as root, and start again");
    }

    /** The kernel says that these files are empty, and gives what is in them to the first read only. */
    @Test
    void theLimitOfThisSystemIsReadWhole() {
        assumeTrue(Files.isReadable(Path.of("/proc/sys/net/core/rmem_max")), "this system does not tell its limit");
        assertThat(new ReceiveBuffer(2, 1).explained()).containsPattern("net[.]core[.]rmem_max is [0-9]{4,}\\)");
    }

    @Test
    void whereTheSystemDoesNotTellItsLimitOnlyTheRemedyIsNamed() {
        assertThat(new ReceiveBuffer(8_388_608, 212_992).explained(settings))
                .isEqualTo("the kernel grants a receive buffer of 212992 bytes, not the 8388608 asked for;"
                        + " to lose less in a burst, on Linux: sysctl -w net.core.rmem_max=8388608"
                        + " as root, and start again");
    }
}
