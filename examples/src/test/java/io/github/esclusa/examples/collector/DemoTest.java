// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.esclusa.core.signal.Signal;
import io.github.esclusa.examples.collector.store.StoreCounts;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class DemoTest {

    @Test
    void whatWasSentAndNotAcceptedIsExplained() {
        assertThat(Demo.told(new Demo.Sent(90, 10), 100, 10))
                .isEqualTo("over TCP sent 90, accepted 90; over UDP sent 10, accepted 10");
        assertThat(Demo.told(new Demo.Sent(90, 10), 96, 7))
                .isEqualTo(
                        "over TCP sent 90, accepted 89 (the rest had not been read when the collector stopped);"
                                + " over UDP sent 10, accepted 7 (the rest was refused, or not read in time: UDP holds nobody back)");
    }

    @Test
    void whatTheDatabaseHoldsIsSaid() throws InterruptedException {
        assertThat(Demo.held(() -> new StoreCounts(3, 1), Signal.named("stop")))
                .isEqualTo("the database holds 3 messages and 1 dead letters");
    }

    @Test
    void anErrorWhileItIsCountedDoesNotKeepTheDemoWaiting() throws InterruptedException {
        assertThat(Demo.held(
                        () -> {
                            throw new NoClassDefFoundError("on purpose");
                        },
                        Signal.named("stop")))
                .isEqualTo("what the database holds could not be counted: on purpose");
    }
}
