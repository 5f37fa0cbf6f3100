// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core.waiting;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.esclusa.core.testing.Running;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class WhereaboutsTest {

    private static final StackTraceElement PARK = jdk("jdk.internal.misc.Unsafe", "park");
    private static final StackTraceElement AWAIT = jdk("java.util.concurrent.CountDownLatch", "await");
    private static final StackTraceElement APP = new StackTraceElement("app.Store", "insert", "Store.java", 42);

    @Test
    void theCallIntoTheJdkIsNamedWithWhoeverMadeIt() {
        assertThat(Whereabouts.in(List.of(PARK, AWAIT, APP, jdk("java.lang.Thread", "run"))))
                .isEqualTo("in CountDownLatch.await, from app.Store.insert(Store.java:42)");
    }

    @Test
    void aThreadThatCalledNothingOfTheJdksIsWhereItIs() {
        assertThat(Whereabouts.in(List.of(APP, AWAIT))).isEqualTo("at app.Store.insert(Store.java:42)");
    }

    @Test
    void aStackOfTheJdksAloneOrOfNothingSaysWhatThereIs() {
        assertThat(Whereabouts.in(List.of(PARK, AWAIT))).isEqualTo("in Unsafe.park");
        assertThat(Whereabouts.in(List.of())).isEqualTo("nowhere");
    }

    @Test
    void aRunningThreadIsFoundThisSideOfWhatItWaitsIn() throws Exception {
        CountDownLatch hold = new CountDownLatch(1);
        Running<Object> waiting = Running.call(() -> {
            hold.await();
            return "done";
        });
        try {
            waiting.awaitParked();
            assertThat(Whereabouts.in(List.of(waiting.thread().getStackTrace())))
                    .startsWith("in CountDownLatch.await, from " + WhereaboutsTest.class.getName() + ".");
        } finally {
            hold.countDown();
        }
        assertThat(waiting.result()).isEqualTo("done");
    }

    private static StackTraceElement jdk(String type, String method) {
        return new StackTraceElement(null, "java.base", "17", type, method, "Jdk.java", 1);
    }
}
