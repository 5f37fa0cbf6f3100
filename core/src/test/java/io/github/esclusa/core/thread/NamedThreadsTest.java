// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core.thread;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.esclusa.core.testing.LogCapture;
import io.github.esclusa.core.testing.Running;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class NamedThreadsTest {

    @Test
    void namesCountFromOne() {
        NamedThreads threads = NamedThreads.platform("worker");
        assertThat(threads.newThread(() -> {}).getName()).isEqualTo("worker-1");
        assertThat(threads.newThread(() -> {}).getName()).isEqualTo("worker-2");
        assertThat(threads).hasToString("NamedThreads(worker-*, PLATFORM)");
    }

    /** Services and drivers are found by it, and not every JVM passes it on. */
    @Test
    void theContextClassLoaderIsThatOfTheThreadThatMakesThem() {
        Thread current = Thread.currentThread();
        ClassLoader before = current.getContextClassLoader();
        ClassLoader special = new ClassLoader(before) {};
        current.setContextClassLoader(special);
        try {
            assertThat(NamedThreads.platform("worker").newThread(() -> {}).getContextClassLoader())
                    .isSameAs(special);
        } finally {
            current.setContextClassLoader(before);
        }
    }

    @Test
    void daemonPolicyIsChosenNotInherited() throws Exception {
        AtomicReference<@Nullable Thread> child = new AtomicReference<>();
        Thread daemon = NamedThreads.daemon("parent")
                .newThread(() -> child.set(NamedThreads.platform("child").newThread(() -> {})));
        assertThat(daemon.isDaemon()).isTrue();
        daemon.start();
        daemon.join(Running.LIMIT.toMillis());
        assertThat(child.get()).isNotNull().matches(thread -> !thread.isDaemon());
        assertThat(NamedThreads.of(ThreadKind.DAEMON, "d").newThread(() -> {}).isDaemon())
                .isTrue();
        assertThat(NamedThreads.of(ThreadKind.PLATFORM, "p").newThread(() -> {}).isDaemon())
                .isFalse();
    }

    @Test
    void exceptionThatEscapesIsLoggedWithTheThreadsName() throws Exception {
        try (LogCapture log = LogCapture.of(NamedThreads.class)) {
            Thread thread = NamedThreads.daemon("doomed").newThread(() -> {
                throw new AssertionError("on purpose");
            });
            thread.start();
            thread.join(Running.LIMIT.toMillis());
            assertThat(log.lines()).singleElement().asString().contains("ERROR", "doomed-1");
        }
    }

    @Test
    void virtualThreadsHaveNamesToo() throws Exception {
        assumeTrue(Runtime.version().feature() >= 21, "virtual threads came with Java 21");
        NamedThreads threads = NamedThreads.of(ThreadKind.VIRTUAL, "light");
        AtomicReference<@Nullable Thread> ran = new AtomicReference<>();
        Thread first = threads.newThread(() -> ran.set(Thread.currentThread()));
        Thread second = threads.newThread(() -> {});
        assertThat(first.getName()).isEqualTo("light-1");
        assertThat(second.getName()).isEqualTo("light-2");
        first.start();
        first.join(Running.LIMIT.toMillis());
        assertThat(ran.get()).isSameAs(first);
        assertThat(Thread.class.getMethod("isVirtual").invoke(first)).isEqualTo(true);
        try (LogCapture log = LogCapture.of(NamedThreads.class)) {
            Thread doomed = threads.newThread(() -> {
                throw new AssertionError("on purpose");
            });
            doomed.start();
            doomed.join(Running.LIMIT.toMillis());
            assertThat(log.lines()).singleElement().asString().contains("light-3");
        }
    }

    @Test
    void virtualThreadsOnAJvmWithoutThemAreAClearError() {
        assumeTrue(Runtime.version().feature() < 21, "this JVM has virtual threads");
        assertThatThrownBy(() -> NamedThreads.virtual("light"))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("light")
                .hasMessageContaining("Java " + Runtime.version().feature())
                .hasMessageContaining("Java 21 or later");
        assertThatThrownBy(
                        () -> TaskGroup.builder("x").threads(ThreadKind.VIRTUAL).open())
                .isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void blankNameIsRefused() {
        assertThatThrownBy(() -> NamedThreads.platform(" "))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("name of the threads");
    }
}
