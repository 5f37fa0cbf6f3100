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
