// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.startup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.esclusa.coordination.startup.Journal.Part;
import io.github.esclusa.coordination.startup.StartupFailed.Reason;
import io.github.esclusa.coordination.startup.StopReport.Outcome;
import io.github.esclusa.core.thread.ThreadKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Starting: order, concurrency, what a component sees. */
@Timeout(60)
class StartupGateTest {

    private static final Duration LONG = Duration.ofSeconds(30);

    private final Journal journal = new Journal();

    @Test
    void componentsStartAfterWhatTheyNeedAndCloseBeforeIt() throws Exception {
        var builder = StartupGate.builder("collector");
        Component<Part> db = builder.component("database", journal.part("database"));
        Component<Part> listener = builder.component("listener", () -> {
            assertThat(db.get().name()).isEqualTo("database");
            return journal.part("listener").call();
        });
        listener.after(db).timeout(Duration.ofSeconds(10));

        StartupGate gate = builder.start(LONG);

        assertThat(gate.isReady()).isTrue();
        assertThat(gate.state()).isEqualTo(GateState.READY);
        assertThat(listener.get().name()).isEqualTo("listener");
        StopReport report = gate.stop(LONG);
        assertThat(report.clean()).isTrue();
        assertThat(report.with(Outcome.CLOSED)).containsExactly("database", "listener");
        assertThat(gate.state()).isEqualTo(GateState.STOPPED);
        assertThat(journal.lines())
                .containsExactly("start database", "start listener", "close listener", "close database");
    }

    @Test
    void componentsThatDoNotNeedEachOtherStartAndCloseAtTheSameTime() throws Exception {
        var together = new CyclicBarrier(3);
        var builder = StartupGate.builder("gate");
        for (String name : List.of("a", "b", "c")) {
            builder.component(name, () -> {
                together.await();
                return (AutoCloseable) together::await;
            });
        }

        StartupGate gate = builder.start(LONG);

        assertThat(gate.stop(LONG).with(Outcome.CLOSED)).containsExactly("a", "b", "c");
    }

    @Test
    void aGateWithoutComponentsIsReadyAtOnce() throws Exception {
        StartupGate gate = StartupGate.builder("empty").start(LONG);

        assertThat(gate.isReady()).isTrue();
        assertThat(gate.stop(LONG).components()).isEmpty();
    }

    @Test
    void closeStopsTheGate() throws Exception {
        var builder = StartupGate.builder("gate");
        builder.component("a", journal.part("a"));
        try (StartupGate gate = builder.start(LONG)) {
            assertThat(gate.isReady()).isTrue();
        }
        assertThat(journal.lines()).containsExactly("start a", "close a");
    }

    @Test
    void threadsAreNamedAfterGateAndComponent() throws Exception {
        List<String> names = new ArrayList<>();
        List<Boolean> daemons = new ArrayList<>();
        var builder = StartupGate.builder("gate");
        builder.component("a", () -> {
            names.add(Thread.currentThread().getName());
            daemons.add(Thread.currentThread().isDaemon());
            return () -> names.add(Thread.currentThread().getName());
        });

        builder.start(LONG).stop(LONG);

        assertThat(names).containsExactly("gate-start-a", "gate-stop-a");
        assertThat(daemons).containsExactly(true);
    }

    @Test
    void platformThreadsAreNotDaemonsWhereAskedFor() throws Exception {
        List<Boolean> daemons = new ArrayList<>();
        var builder = StartupGate.builder("gate").threads(ThreadKind.PLATFORM);
        builder.component("a", () -> {
            daemons.add(Thread.currentThread().isDaemon());
            return () -> {};
        });

        builder.start(LONG).stop(LONG);

        assertThat(daemons).containsExactly(false);
    }

    @Test
    void gettingAComponentNotDeclaredAsNeededSaysSo() throws Exception {
        var let = new CountDownLatch(1);
        var entered = new CountDownLatch(1);
        var builder = StartupGate.builder("gate");
        Component<Part> db = builder.component("db", journal.part("db", entered, let));
        builder.component("listener", () -> {
            entered.await();
            db.get();
            return () -> {};
        });

        StartupFailed failed = catchThrowableOfType(StartupFailed.class, () -> builder.start(LONG));

        assertThat(failed.culprits()).containsExactly("listener");
        assertThat(failed)
                .hasMessageContaining("component 'db' of gate 'gate' is not ready yet (STARTING)")
                .hasMessageContaining("after()");
    }

    @Test
    void aComponentCannotBeGotBeforeTheStartNorOnceItIsClosed() throws Exception {
        var builder = StartupGate.builder("gate");
        Component<Part> db = builder.component("db", journal.part("db"));
        assertThatThrownBy(db::get).isInstanceOf(IllegalStateException.class).hasMessageContaining("PENDING");

        builder.start(LONG).close();

        assertThat(db.state()).isEqualTo(ComponentState.CLOSED);
        assertThatThrownBy(db::get)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("component 'db' of gate 'gate' is closed")
                .hasNoCause();
    }

    @Test
    void aFailedComponentIsGotWithItsCause() {
        var boom = new IllegalArgumentException("boom");
        var builder = StartupGate.builder("gate");
        Component<Part> db = builder.component("db", () -> {
            throw boom;
        });
        Component<Part> next = builder.component("next", journal.part("next")).after(db);
        assertThatThrownBy(() -> builder.start(LONG)).isInstanceOf(StartupFailed.class);

        assertThatThrownBy(db::get).hasMessageContaining("its factory failed").hasCause(boom);
        assertThatThrownBy(next::get).hasMessageContaining("before it was started");
    }

    @Test
    void aDependentCanStillReachWhatItNeedsInItsClose() throws Exception {
        var builder = StartupGate.builder("gate");
        Component<Part> db = builder.component("db", journal.part("db"));
        builder.component("writer", () ->
                        (AutoCloseable) () -> journal.add("flush to " + db.get().name()))
                .after(db);

        StopReport report = builder.start(LONG).stop(LONG);

        assertThat(report.clean()).isTrue();
        assertThat(journal.lines()).containsExactly("start db", "flush to db", "close db");
    }

    @Test
    void aBuiltGateShowsItsStateWhileItStarts() throws Exception {
        var entered = new CountDownLatch(1);
        var let = new CountDownLatch(1);
        var builder = StartupGate.builder("gate");
        Component<Part> db = builder.component("db", journal.part("db", entered, let));
        builder.component("http", journal.part("http")).after(db);
        StartupGate gate = builder.build();
        assertThat(gate.state()).isEqualTo(GateState.NEW);

        var start = Background.call(() -> {
            gate.start(LONG);
            return true;
        });
        entered.await();

        assertThat(gate.state()).isEqualTo(GateState.STARTING);
        assertThat(gate.components())
                .extracting(ComponentStatus::state)
                .containsExactly(ComponentState.STARTING, ComponentState.PENDING);
        assertThat(gate.components()).extracting(ComponentStatus::waitsFor).containsExactly(List.of(), List.of("db"));
        let.countDown();
        assertThat(start.get()).isTrue();
        assertThat(gate.components()).extracting(ComponentStatus::state).containsOnly(ComponentState.READY);
        gate.close();
    }

    @Test
    void othersWaitAtTheGateUntilAllIsReady() throws Exception {
        var entered = new CountDownLatch(1);
        var let = new CountDownLatch(1);
        var builder = StartupGate.builder("gate");
        builder.component("db", journal.part("db", entered, let));
        StartupGate gate = builder.build();
        assertThat(gate.awaitReady(Duration.ZERO)).isFalse();

        var waiter = Background.call(() -> {
            boolean ready = gate.awaitReady(LONG);
            journal.add("work");
            return ready;
        });
        var start = Background.call(() -> {
            gate.start(LONG);
            return true;
        });
        entered.await();
        journal.add("let");
        let.countDown();

        assertThat(waiter.get()).isTrue();
        assertThat(start.get()).isTrue();
        assertThat(gate.awaitReady(Duration.ZERO)).isTrue();
        assertThat(journal.lines()).containsExactly("start db", "let", "work");
        gate.close();
        assertThatThrownBy(() -> gate.awaitReady(LONG))
                .isInstanceOfSatisfying(
                        StartupFailed.class, e -> assertThat(e.reason()).isEqualTo(Reason.STOPPED));
    }

    @Test
    void aGateStartsOnce() throws Exception {
        StartupGate gate = StartupGate.builder("gate").start(LONG);
        assertThatThrownBy(() -> gate.start(LONG))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("gate 'gate' cannot be started, it is READY");
        gate.close();
        assertThatThrownBy(() -> gate.start(LONG)).hasMessageContaining("STOPPED");
    }

    @Test
    void aGateStoppedBeforeItStartedNeverStarts() throws Exception {
        var builder = StartupGate.builder("gate");
        builder.component("a", journal.part("a"));
        StartupGate gate = builder.build();

        assertThat(gate.stop(LONG).with(Outcome.NOT_STARTED)).containsExactly("a");

        assertThatThrownBy(() -> gate.start(LONG)).isInstanceOf(IllegalStateException.class);
        assertThat(journal.lines()).isEmpty();
    }
}
