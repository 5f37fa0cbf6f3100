// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.startup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.esclusa.coordination.startup.StartupFailed.Reason;
import io.github.esclusa.coordination.startup.StopReport.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One gate, its life, and the check of the accounts. In a strict run everything comes back in time, and the order of
 * closing must hold; in the others components hang and timeouts are short, and what must hold is the rest.
 */
final class TortureRun {

    private static final Duration WATCHDOG = Duration.ofSeconds(30);

    private final Random dice;
    private final boolean strict;
    private final CountDownLatch runOver = new CountDownLatch(1);
    private final CountDownLatch actionsOver = new CountDownLatch(1); // never: to wait for a while
    private final List<TorturePart> parts = new ArrayList<>();
    private final List<Component<AutoCloseable>> components = new ArrayList<>();
    private final AtomicInteger brokenGets = new AtomicInteger();
    private final StartupGate gate;

    TortureRun(long seed) {
        dice = new Random(seed);
        strict = dice.nextBoolean();
        StartupGate.Builder builder = StartupGate.builder("torture").stopTimeout(stopTimeout());
        AtomicInteger sequence = new AtomicInteger();
        int count = 1 + dice.nextInt(8);
        for (int i = 0; i < count; i++) {
            List<TorturePart> needs = new ArrayList<>();
            List<Component<AutoCloseable>> after = new ArrayList<>();
            for (int j = 0; j < i; j++) {
                if (dice.nextInt(3) == 0) {
                    needs.add(parts.get(j));
                    after.add(components.get(j));
                }
            }
            TorturePart part = new TorturePart("c" + i, strict, dice, needs, sequence, runOver);
            Component<AutoCloseable> component = builder.component(part.name, () -> {
                reach(after);
                return part.call();
            });
            after.forEach(component::after);
            if (!strict && dice.nextInt(4) == 0) {
                component.timeout(Duration.ofNanos(1 + dice.nextInt(5_000_000)));
            }
            parts.add(part);
            components.add(component);
        }
        gate = builder.build();
    }

    /** What a component needs must be there; unless a rollback that gave up on this one has begun to close it. */
    private void reach(List<Component<AutoCloseable>> needed) {
        for (Component<AutoCloseable> component : needed) {
            try {
                component.get();
            } catch (IllegalStateException e) {
                if (strict) {
                    brokenGets.incrementAndGet();
                }
            }
        }
    }

    private Duration stopTimeout() {
        return strict ? WATCHDOG : Duration.ofNanos(dice.nextInt(5_000_000) + 1);
    }

    void run() throws Exception {
        try {
            Duration timeout = strict || dice.nextInt(4) > 0 ? WATCHDOG : Duration.ofNanos(1 + dice.nextInt(5_000_000));
            List<Background<Boolean>> waiters = List.of(
                    Background.call(() -> gate.awaitReady(WATCHDOG)), Background.call(() -> gate.awaitReady(WATCHDOG)));
            var start = Background.call(() -> {
                gate.start(timeout);
                return true;
            });
            boolean hangs = parts.stream()
                    .anyMatch(part -> part.onStart == TorturePart.Behaviour.HANGS
                            || part.onStart == TorturePart.Behaviour.STUBBORN);
            List<Background<StopReport>> stops = disturb(start, hangs && timeout.equals(WATCHDOG));
            Throwable failure = start.failure();
            check(failure, waiters);
            StopReport report = gate.stop(stopTimeout());
            for (Background<StopReport> stop : stops) {
                assertThat(stop.get()).isSameAs(report);
            }
            assertThat(gate.isReady()).isFalse();
            check(report);
        } finally {
            runOver.countDown();
        }
        await().pollInterval(Duration.ofMillis(1))
                .pollDelay(Duration.ZERO)
                .atMost(WATCHDOG)
                .until(this::allBack);
        checkAccounts();
    }

    /** Does something to the start, after a while; something that ends it, if it must. */
    private List<Background<StopReport>> disturb(Background<?> start, boolean must) throws InterruptedException {
        List<Background<StopReport>> stops = new ArrayList<>();
        int what = dice.nextInt(must ? 3 : 6);
        if (what < 4 && actionsOver.await(dice.nextInt(2_000), TimeUnit.MICROSECONDS)) {
            throw new AssertionError();
        }
        switch (what) {
            case 0 -> start.interrupt();
            case 1 -> stops.add(stop());
            case 2 -> {
                stops.add(stop());
                stops.add(stop());
                start.interrupt();
            }
            case 3 -> gate.close();
            default -> {}
        }
        return stops;
    }

    private Background<StopReport> stop() {
        Duration timeout = stopTimeout();
        return Background.call(() -> gate.stop(timeout));
    }

    private void check(@Nullable Throwable failure, List<Background<Boolean>> waiters) throws Exception {
        if (failure == null) {
            for (TorturePart part : parts) {
                assertThat(part.made).as("gate became ready without %s", part).hasValue(1);
            }
        } else if (!(failure instanceof InterruptedException)) {
            checkBlame((StartupFailed) failure);
        }
        for (Background<Boolean> waiter : waiters) {
            Throwable told = waiter.failure();
            if (told == null) {
                assertThat(waiter.get()).isTrue();
                assertThat(failure).isNull();
            } else if (failure instanceof StartupFailed first) {
                assertThat(told).isInstanceOfSatisfying(StartupFailed.class, same -> {
                    assertThat(same.reason()).isEqualTo(first.reason());
                    assertThat(same.culprits()).isEqualTo(first.culprits());
                    assertThat(same.getCause()).isSameAs(first.getCause());
                });
            } else if (failure == null) { // it came when the gate had been stopped again
                assertThat(told).isInstanceOfSatisfying(StartupFailed.class, e -> assertThat(e.reason())
                        .isEqualTo(Reason.STOPPED));
            } else { // an interrupt during a rollback hides its failure from the starter, not from the others
                assertThat(told).isInstanceOfSatisfying(StartupFailed.class, this::checkBlame);
            }
        }
    }

    private void checkBlame(StartupFailed failed) {
        switch (failed.reason()) {
            case COMPONENT_FAILED -> {
                assertThat(failed.culprits()).hasSize(1);
                TorturePart culprit = part(failed.culprits().get(0));
                assertThat(culprit.failsByItself()).as("blamed: %s", culprit).isTrue();
                if (culprit.onStart != TorturePart.Behaviour.RETURNS_NULL) {
                    assertThat(failed.getCause()).isSameAs(culprit.startFailure);
                }
            }
            case TIMED_OUT -> {
                assertThat(strict)
                        .as("timed out, and had all the time: %s", failed)
                        .isFalse();
                for (String name : failed.culprits()) {
                    assertThat(gate.components())
                            .anyMatch(status -> status.name().equals(name));
                }
            }
            case INTERRUPTED, STOPPED -> assertThat(failed.culprits()).isEmpty();
            case BROKEN -> throw new AssertionError("nothing broke the gate itself", failed);
        }
    }

    private TorturePart part(String name) {
        return parts.stream().filter(part -> part.name.equals(name)).findFirst().orElseThrow();
    }

    private void check(StopReport report) {
        assertThat(report.components())
                .extracting(StopReport.Entry::component)
                .isEqualTo(parts.stream().map(part -> part.name).toList());
        for (StopReport.Entry entry : report.components()) {
            TorturePart part = part(entry.component());
            switch (entry.outcome()) {
                case CLOSED -> assertThat(part.closesDone).as("%s", part).hasValue(1);
                case CLOSE_FAILED -> {
                    assertThat(part.closesDone).as("%s", part).hasValue(1);
                    assertThat(entry.failure() == part.closeFailure || entry.failure() instanceof InterruptedException)
                            .as("%s: %s", part, entry)
                            .isTrue();
                }
                case START_FAILED -> {
                    assertThat(part.returns).as("%s", part).hasValue(1);
                    assertThat(part.made).as("%s", part).hasValue(0);
                }
                case NOT_STARTED -> assertThat(part.calls).as("%s", part).hasValue(0);
                case UNFINISHED ->
                    assertThat(strict).as("in a strict run: %s", part).isFalse();
            }
        }
        if (strict) {
            assertThat(report.with(Outcome.UNFINISHED)).isEmpty();
        }
    }

    private boolean allBack() {
        return gate.components().stream().allMatch(status -> switch (status.state()) {
            case CLOSED, FAILED, NOT_STARTED -> true;
            case PENDING, STARTING, READY, CLOSING -> false;
        });
    }

    private void checkAccounts() {
        assertThat(brokenGets).as("a component could not reach what it needs").hasValue(0);
        for (TorturePart part : parts) {
            assertThat(part.calls.get()).as("%s", part).isLessThanOrEqualTo(1);
            assertThat(part.returns.get()).as("%s", part).isEqualTo(part.calls.get());
            assertThat(part.closes.get()).as("made, so closed once: %s", part).isEqualTo(part.made.get());
            for (TorturePart needed : part.needs) {
                if (part.calls.get() == 1) {
                    assertThat(part.startedAt).as("%s after %s", part, needed).isGreaterThan(needed.madeAt);
                }
                if (strict && part.closes.get() == 1) {
                    assertThat(part.closedAt).as("%s before %s", part, needed).isLessThan(needed.closingAt);
                }
                if (strict && part.calls.get() == 1 && part.made.get() == 1) {
                    assertThat(part.madeAt).as("%s before %s", part, needed).isLessThan(needed.closingAt);
                }
            }
        }
    }
}
