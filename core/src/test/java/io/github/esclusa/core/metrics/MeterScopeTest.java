// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.esclusa.core.testing.LogCapture;
import io.github.esclusa.core.testing.Running;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.config.MeterFilterReply;
import io.micrometer.core.instrument.simple.SimpleConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(60)
class MeterScopeTest {

    private static final String KIND = "esclusa.test";

    private final MeterRegistry registry = new SimpleMeterRegistry();

    static Stream<MeterRegistry> registries() {
        return Stream.of(
                new SimpleMeterRegistry(),
                new CompositeMeterRegistry(),
                new CompositeMeterRegistry(
                        Clock.SYSTEM, List.of(new SimpleMeterRegistry(), new SimpleMeterRegistry())));
    }

    @ParameterizedTest
    @MethodSource("registries")
    void secondLiveComponentOfANameIsAnErrorAndChangesNothing(MeterRegistry any) {
        MeterScope first = MeterScope.open(KIND, "thing", "a", any);
        counter(first, "hits");
        List<Meter> before = any.getMeters();

        assertThatThrownBy(() -> MeterScope.open(KIND, "thing", "a", any))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("thing 'a': another of this name is live")
                .hasMessageContainingAll(KIND + ".* with the tag name=a", "give this one another name");

        assertThat(any.getMeters()).containsExactlyInAnyOrderElementsOf(before);
        MeterScope otherName = MeterScope.open(KIND, "thing", "b", any);
        MeterScope otherKind = MeterScope.open("esclusa.other", "thing", "a", any);
        first.close();
        MeterScope successor = MeterScope.open(KIND, "thing", "a", any);
        Stream.of(otherName, otherKind, successor).forEach(MeterScope::close);
        assertThat(any.getMeters()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("registries")
    void ofManyThatRaceForANameOneWins(MeterRegistry any) throws Exception {
        for (int round = 0; round < 50; round++) {
            CyclicBarrier together = new CyclicBarrier(4);
            List<Running<@Nullable MeterScope>> racers = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                racers.add(Running.call(() -> {
                    together.await();
                    try {
                        return MeterScope.open(KIND, "thing", "raced", any);
                    } catch (IllegalStateException e) {
                        return null;
                    }
                }));
            }
            int won = 0;
            for (Running<@Nullable MeterScope> racer : racers) {
                MeterScope scope = racer.result();
                if (scope != null) {
                    won++;
                    scope.close();
                }
            }
            assertThat(won).isPositive();
            assertThat(any.getMeters()).isEmpty();
        }
    }

    @Test
    void closeRemovesItsOwnMetersAndOnlyThose() {
        Counter foreign = registry.counter("hits", "name", "foreign");
        MeterScope a = MeterScope.open(KIND, "thing", "a", registry);
        MeterScope b = MeterScope.open(KIND, "thing", "b", registry);
        counter(a, "hits");
        Counter kept = counter(b, "hits");

        a.close();

        assertThat(registry.getMeters()).contains(foreign, kept).hasSize(3);
        b.close();
        assertThat(registry.getMeters()).containsExactly(foreign);
    }

    @Test
    void nameIsTakenUntilTheOtherMetersAreGone() {
        List<String> refusedAt = new ArrayList<>();
        registry.config().onMeterRemoved(meter -> {
            if (!meter.getId().getName().equals(KIND + ".info")) {
                assertThatThrownBy(() -> MeterScope.open(KIND, "thing", "a", registry))
                        .isInstanceOf(IllegalStateException.class);
                refusedAt.add(meter.getId().getName());
            }
        });
        MeterScope scope = MeterScope.open(KIND, "thing", "a", registry);
        counter(scope, "hits");
        counter(scope, "misses");
        scope.close();
        assertThat(refusedAt).containsExactlyInAnyOrder("hits", "misses");
        MeterScope.open(KIND, "thing", "a", registry).close();
    }

    @Test
    void nameIsTakenInTheChildrenOfACompositeUntilTheOtherMetersAreGone() {
        List<String> refusedAt = new ArrayList<>();
        registry.config().onMeterRemoved(meter -> {
            if (!meter.getId().getName().equals(KIND + ".info")) {
                assertThatThrownBy(() -> MeterScope.open(KIND, "thing", "a", registry))
                        .isInstanceOf(IllegalStateException.class);
                refusedAt.add(meter.getId().getName());
            }
        });
        MeterScope scope =
                MeterScope.open(KIND, "thing", "a", new CompositeMeterRegistry(Clock.SYSTEM, List.of(registry)));
        counter(scope, "hits");
        counter(scope, "misses");
        scope.close();
        assertThat(refusedAt).containsExactlyInAnyOrder("hits", "misses");
        MeterScope.open(KIND, "thing", "a", registry).close();
    }

    @Test
    void lateCloseDoesNotRemoveASuccessorsMeters() {
        MeterScope first = MeterScope.open(KIND, "thing", "a", registry);
        counter(first, "hits");
        first.close();
        MeterScope second = MeterScope.open(KIND, "thing", "a", registry);
        counter(second, "hits");

        first.close();

        assertThat(registry.getMeters()).hasSize(2);
    }

    @Test
    void lateRegistrationDoesNotRemoveASuccessorsMeters() {
        MeterScope first = MeterScope.open(KIND, "thing", "a", registry);
        first.close();
        assertThat(counter(first, "hits")).isNull();
        assertThat(registry.getMeters()).isEmpty();
        MeterScope second = MeterScope.open(KIND, "thing", "a", registry);
        Counter hits = counter(second, "hits");

        assertThat(counter(first, "hits")).isNull();

        assertThat(registry.getMeters()).contains(hits);
    }

    /** The registration is held up while its scope is closed: the name must not be free before it is through. */
    @Test
    void registrationThatRacesCloseKeepsTheNameUntilItIsThrough() throws Exception {
        MeterScope first = MeterScope.open(KIND, "thing", "a", registry);
        CountDownLatch registering = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        Running<Boolean> late = Running.call(() -> {
            Counter registered = first.register((meters, tags) -> {
                registering.countDown();
                awaitQuietly(go);
                return Counter.builder("hits").tags(tags).register(meters);
            });
            return registered == null;
        });
        registering.await();
        first.close();

        assertThatThrownBy(() -> MeterScope.open(KIND, "thing", "a", registry))
                .isInstanceOf(IllegalStateException.class);
        go.countDown();

        assertThat(late.result()).isTrue();
        assertThat(registry.getMeters()).isEmpty();
        MeterScope.open(KIND, "thing", "a", registry).close();
    }

    @Test
    void worksWithoutARegistry() {
        MeterScope scope = MeterScope.open(KIND, "thing", "a", null);
        assertThat(counter(scope, "hits")).isNull();
        assertThat(scope).hasToString("MeterScope(esclusa.test, a)");
        scope.close();
    }

    @Test
    void registryThatThrowsIsReportedOnceAndLeftAlone() {
        List<String> asked = new ArrayList<>();
        registry.config().meterFilter(new MeterFilter() {
            @Override
            public MeterFilterReply accept(Meter.Id id) {
                asked.add(id.getName());
                if (id.getName().equals("broken")) {
                    throw new StackOverflowError("an Error, on purpose");
                }
                return MeterFilterReply.NEUTRAL;
            }
        });
        try (LogCapture log = LogCapture.of(Recording.class)) {
            MeterScope scope = MeterScope.open(KIND, "thing", "a", registry);
            assertThat(counter(scope, "before")).isNotNull();
            assertThat(counter(scope, "broken")).isNull();
            assertThat(counter(scope, "after")).isNull();
            assertThat(asked).doesNotContain("after");
            assertThat(log.lines()).singleElement().asString().contains("WARN", "thing 'a'");
            scope.close();
            assertThat(registry.getMeters()).isEmpty();
        }
    }

    /** Neither the build fails nor is the name taken for ever by a registration that is still counted as under way. */
    @Test
    void filterThatThrowsACheckedExceptionBreaksNothing() {
        AtomicBoolean broken = new AtomicBoolean(true);
        registry.config().meterFilter(new MeterFilter() {
            @Override
            public MeterFilterReply accept(Meter.Id id) {
                if (broken.get() && id.getName().equals("hits")) {
                    throwUndeclared(new IOException("on purpose"));
                }
                return MeterFilterReply.NEUTRAL;
            }
        });
        MeterScope scope = MeterScope.open(KIND, "thing", "a", registry);
        assertThat(counter(scope, "hits")).isNull();
        scope.close();
        assertThat(registry.getMeters()).isEmpty();

        broken.set(false);
        MeterScope second = MeterScope.open(KIND, "thing", "a", registry);
        assertThat(counter(second, "hits")).isNotNull();
        second.close();
    }

    @Test
    void removalThatThrowsACheckedExceptionDoesNotStopTheOthersFromGoing() {
        registry.config().onMeterRemoved(meter -> throwUndeclared(new IOException("on purpose")));
        MeterScope scope = MeterScope.open(KIND, "thing", "a", registry);
        counter(scope, "hits");
        counter(scope, "misses");
        assertThatCode(scope::close).doesNotThrowAnyException();
        assertThat(registry.getMeters()).isEmpty();
    }

    @Test
    void registryThatThrowsAtRemovalDoesNotStopTheOthersFromGoing() {
        MeterRegistry failing = new SimpleMeterRegistry(SimpleConfig.DEFAULT, Clock.SYSTEM) {
            @Override
            public @Nullable Meter remove(Meter meter) {
                Meter removed = super.remove(meter);
                throw new IllegalStateException("on purpose, for " + removed);
            }
        };
        MeterScope scope = MeterScope.open(KIND, "thing", "a", failing);
        counter(scope, "hits");
        counter(scope, "misses");
        try (LogCapture log = LogCapture.of(Recording.class)) {
            assertThatCode(scope::close).doesNotThrowAnyException();
            assertThat(failing.getMeters()).isEmpty();
            assertThat(log.lines()).singleElement().asString().contains("WARN removing a meter failed", "'a'");
        }
    }

    @Test
    void loggerThatThrowsDoesNotReachTheComponent() {
        registry.config().meterFilter(MeterFilter.deny(id -> {
            throw new IllegalStateException("a broken filter, on purpose");
        }));
        try (LogCapture log = LogCapture.broken(Recording.class)) {
            MeterScope scope = MeterScope.open(KIND, "thing", "a", registry);
            assertThat(counter(scope, "hits")).isNull();
            scope.close();
            assertThat(log.lines()).isNotEmpty();
        }
    }

    @Test
    void deniedMetersLeaveTheComponentWorkingAndTheNameTaken() {
        registry.config().meterFilter(MeterFilter.deny());
        MeterScope first = MeterScope.open(KIND, "thing", "a", registry);
        Counter hits = counter(first, "hits");
        assertThat(hits).isNotNull();
        hits.increment();
        assertThatThrownBy(() -> MeterScope.open(KIND, "thing", "a", registry))
                .isInstanceOf(IllegalStateException.class);
        first.close();
        MeterScope.open(KIND, "thing", "a", registry).close();
        assertThat(registry.getMeters()).isEmpty();
    }

    @Test
    void aFilterThatDeniesTheMarkerLeavesNoLateCloseASuccessorsMeters() {
        registry.config().meterFilter(MeterFilter.deny(id -> id.getName().endsWith(".info")));
        MeterScope first = MeterScope.open(KIND, "thing", "a", registry);
        counter(first, "hits");
        assertThatThrownBy(() -> MeterScope.open(KIND, "thing", "a", registry))
                .isInstanceOf(IllegalStateException.class);
        first.close();
        MeterScope second = MeterScope.open(KIND, "thing", "a", registry);
        Counter hits = counter(second, "hits");

        first.close();

        assertThatThrownBy(() -> MeterScope.open(KIND, "thing", "a", registry))
                .isInstanceOf(IllegalStateException.class);
        assertThat(registry.getMeters()).containsExactly(hits);
        second.close();
    }

    /** Of what the registry itself shows: a child of a composite does not know what has been opened there. */
    @Test
    void aNameTakenInACompositeIsTakenInItsChildren() {
        CompositeMeterRegistry composite = new CompositeMeterRegistry(Clock.SYSTEM, List.of(registry));
        MeterScope first = MeterScope.open(KIND, "thing", "a", composite);
        for (int i = 0; i < 2; i++) { // being refused changes nothing
            assertThatThrownBy(() -> MeterScope.open(KIND, "thing", "a", registry))
                    .isInstanceOf(IllegalStateException.class);
        }
        first.close();
        MeterScope.open(KIND, "thing", "a", registry).close();
        assertThat(registry.getMeters()).isEmpty();
    }

    @Test
    void aNameTakenInAChildIsTakenInItsComposites() {
        MeterRegistry other = new SimpleMeterRegistry();
        CompositeMeterRegistry inner = new CompositeMeterRegistry(Clock.SYSTEM, List.of(other, registry));
        CompositeMeterRegistry outer = new CompositeMeterRegistry(Clock.SYSTEM, List.of(inner));
        MeterScope first = MeterScope.open(KIND, "thing", "a", registry);
        counter(first, "hits");
        List<Meter> before = registry.getMeters();
        for (int i = 0; i < 2; i++) { // being refused changes nothing in what shows meters
            assertThatThrownBy(() -> MeterScope.open(KIND, "thing", "a", inner))
                    .isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> MeterScope.open(KIND, "thing", "a", outer))
                    .isInstanceOf(IllegalStateException.class);
            assertThat(registry.getMeters()).containsExactlyInAnyOrderElementsOf(before);
            assertThat(other.getMeters()).isEmpty();
        }
        first.close();
        for (int i = 0; i < 2; i++) {
            MeterScope successor = MeterScope.open(KIND, "thing", "a", outer);
            assertThatThrownBy(() -> MeterScope.open(KIND, "thing", "a", registry))
                    .isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> MeterScope.open(KIND, "thing", "a", inner))
                    .isInstanceOf(IllegalStateException.class);
            successor.close();
            assertThat(registry.getMeters()).isEmpty();
            assertThat(other.getMeters()).isEmpty();
            assertThat(outer.getMeters()).isEmpty();
        }
    }

    @Test
    void aMarkerThatARegistryHasKeptKeepsNoName() {
        MeterRegistry keeping = new SimpleMeterRegistry(SimpleConfig.DEFAULT, Clock.SYSTEM) {
            @Override
            public @Nullable Meter remove(Meter.Id mapped) {
                return broken.getAndSet(false) ? null : super.remove(mapped);
            }

            private final AtomicBoolean broken = new AtomicBoolean(true);
        };
        MeterScope.open(KIND, "thing", "a", keeping).close();
        assertThat(keeping.getMeters()).isNotEmpty();
        MeterScope second = MeterScope.open(KIND, "thing", "a", keeping);
        second.close();
        assertThat(keeping.getMeters()).isEmpty();
    }

    @Test
    void aNameTakenInACompositeWithoutChildrenIsTakenInTheOneAboveIt() {
        CompositeMeterRegistry inner = new CompositeMeterRegistry();
        CompositeMeterRegistry outer = new CompositeMeterRegistry();
        outer.add(inner);
        try (MeterScope first = MeterScope.open(KIND, "thing", "orders", inner)) {
            assertThatThrownBy(() -> MeterScope.open(KIND, "thing", "orders", outer))
                    .isInstanceOf(IllegalStateException.class);
        }
        MeterScope.open(KIND, "thing", "orders", outer).close();
    }

    @Test
    void compositesWhoseTagsTellTheirComponentsApartShareAChild() {
        List<MeterScope> scopes = new ArrayList<>();
        for (String tenant : List.of("a", "b")) {
            CompositeMeterRegistry composite = new CompositeMeterRegistry(Clock.SYSTEM, List.of(registry));
            composite.config().commonTags("tenant", tenant);
            scopes.add(MeterScope.open(KIND, "thing", "a", composite));
        }
        assertThat(registry.getMeters()).hasSize(2);
        scopes.forEach(MeterScope::close);
        assertThat(registry.getMeters()).isEmpty();
    }

    /** Registries come and go, or are broken: the look into them is no reason for the work to fail. */
    @Test
    void aChildThatCannotBeLookedThroughBreaksNothing() {
        MeterRegistry broken = new SimpleMeterRegistry(SimpleConfig.DEFAULT, Clock.SYSTEM) {
            @Override
            public List<Meter> getMeters() {
                throw new IllegalStateException("on purpose");
            }
        };
        CompositeMeterRegistry composite = new CompositeMeterRegistry(Clock.SYSTEM, List.of(broken));
        MeterScope scope = MeterScope.open(KIND, "thing", "a", composite);
        assertThat(counter(scope, "hits")).isNotNull();
        scope.close();
    }

    @Test
    void aRegistryThatNobodyUsesIsForgottenThoughANameIsTaken() {
        WeakReference<MeterRegistry> dropped = new WeakReference<>(registryWithALiveName());
        Awaitility.await().atMost(Running.LIMIT).until(() -> {
            System.gc();
            return dropped.get() == null;
        });
    }

    private static MeterRegistry registryWithALiveName() {
        MeterRegistry shortLived = new SimpleMeterRegistry();
        counter(MeterScope.open(KIND, "thing", "a", shortLived), "hits");
        return shortLived;
    }

    /** Whichever of the two comes second: the composite does not say which that is. */
    @Test
    void aMeterThatAChildOfACompositeRefusesIsTakenFromTheOthersToo() {
        List<MeterRegistry> children = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            children.add(new SimpleMeterRegistry(SimpleConfig.DEFAULT, Clock.SYSTEM) {
                @Override
                protected Counter newCounter(Meter.Id id) {
                    if (children.stream().anyMatch(each -> each.find("broken").counter() != null)) {
                        throw new IllegalStateException("on purpose");
                    }
                    return super.newCounter(id);
                }
            });
        }
        Counter foreign = children.get(0).counter("others", MeterScope.NAME_TAG, "a");
        CompositeMeterRegistry inner = new CompositeMeterRegistry(Clock.SYSTEM, children);
        CompositeMeterRegistry outer = new CompositeMeterRegistry(Clock.SYSTEM, List.of(inner));
        outer.config().commonTags("host", "here");
        MeterScope scope = MeterScope.open(KIND, "thing", "a", outer);
        assertThat(counter(scope, "hits")).isNotNull();
        assertThat(counter(scope, "broken")).isNull();
        assertThat(children)
                .allSatisfy(each -> assertThat(each.find("broken").counter()).isNull());
        assertThat(children)
                .allSatisfy(each -> assertThat(each.find("hits").counter()).isNotNull());
        scope.close();
        assertThat(children.get(0).getMeters()).containsExactly(foreign);
        assertThat(children.get(1).getMeters()).isEmpty();
    }

    @Test
    void filterThatRewritesDescriptionsDoesNotBreakTheComponent() {
        registry.config().meterFilter(new MeterFilter() {
            @Override
            public Meter.Id map(Meter.Id id) {
                return new Meter.Id(id.getName(), Tags.of(id.getTags()), null, "x", id.getType());
            }
        });
        MeterScope scope = MeterScope.open(KIND, "thing", "a", registry);
        assertThat(counter(scope, "hits")).isNotNull();
        scope.close();
        assertThat(registry.getMeters()).isEmpty();
    }

    @Test
    void filterThatRenamesStillLetsCloseRemoveEverything() {
        registry.config().commonTags("host", "here");
        registry.config().meterFilter(MeterFilter.renameTag(KIND, MeterScope.NAME_TAG, "component"));
        MeterScope scope = MeterScope.open(KIND, "thing", "a", registry);
        counter(scope, KIND + ".hits");
        assertThatThrownBy(() -> MeterScope.open(KIND, "thing", "a", registry))
                .isInstanceOf(IllegalStateException.class);
        scope.close();
        assertThat(registry.getMeters()).isEmpty();
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // The compiler is to be deceived.
    private static <E extends Exception> void throwUndeclared(Exception thrown) throws E {
        throw (E) thrown;
    }

    private static @Nullable Counter counter(MeterScope scope, String name) {
        return scope.register((meters, tags) -> Counter.builder(name).tags(tags).register(meters));
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
