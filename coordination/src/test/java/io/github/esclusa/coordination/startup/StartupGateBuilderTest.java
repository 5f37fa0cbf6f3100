// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.startup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.github.esclusa.coordination.startup.Journal.Part;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the builder refuses, and in which words. */
@Timeout(60)
class StartupGateBuilderTest {

    private static final Duration LONG = Duration.ofSeconds(30);

    private final Journal journal = new Journal();
    private final StartupGate.Builder builder = StartupGate.builder("gate");

    @Test
    void componentsInACircleAreNamedAtTheStartAndNothingStarts() {
        Component<Part> before = builder.component("before", journal.part("before"));
        Component<Part> a = builder.component("a", journal.part("a")).after(before);
        Component<Part> b = builder.component("b", journal.part("b")).after(a);
        Component<Part> c = builder.component("c", journal.part("c")).after(b);
        builder.component("behind", journal.part("behind")).after(c);
        a.after(c);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.start(LONG))
                .withMessageStartingWith("the components of gate 'gate' wait for each other in a circle: ")
                .withMessageMatching(
                        ".*: (a after c after b after a|b after a after c after b|c after b after a after c);.*");
        assertThat(journal.lines()).isEmpty();
    }

    @Test
    void componentAfterItselfIsRefused() {
        Component<Part> a = builder.component("a", journal.part("a"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> a.after(a))
                .withMessage("component 'a' of gate 'gate' cannot start after itself");
    }

    @Test
    void componentOfAnotherBuilderIsRefused() {
        Component<Part> foreign = StartupGate.builder("other").component("db", journal.part("db"));
        Component<Part> a = builder.component("a", journal.part("a"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> a.after(foreign))
                .withMessageContaining("component 'db' of gate 'other'")
                .withMessageContaining("same builder");
    }

    @Test
    void secondComponentOfANameIsRefused() {
        builder.component("a", journal.part("a"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.component("a", journal.part("a")))
                .withMessage("gate 'gate' has a component 'a' already: give this one another name");
    }

    @Test
    void blankNamesAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> StartupGate.builder(" "))
                .withMessageContaining("name of the gate is blank");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.component("", journal.part("a")))
                .withMessageContaining("name of a component of gate 'gate' is blank");
    }

    @Test
    void timeoutsThatAreNotPositiveAreRefused() {
        Component<Part> a = builder.component("a", journal.part("a"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> a.timeout(Duration.ZERO))
                .withMessage("component 'a' of gate 'gate': timeout is PT0S: it must be positive");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.stopTimeout(Duration.ofSeconds(-1)))
                .withMessage("gate 'gate': stopTimeout is PT-1S: it must be positive");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.start(Duration.ZERO))
                .withMessage("gate 'gate': start timeout is PT0S: it must be positive");
    }

    @Test
    void timeoutTooLongForTheClockIsNoTimeout() throws Exception {
        builder.component("a", journal.part("a")).timeout(Duration.ofSeconds(Long.MAX_VALUE));
        builder.start(Duration.ofSeconds(Long.MAX_VALUE)).stop(Duration.ofSeconds(Long.MAX_VALUE));
        assertThat(journal.lines()).containsExactly("start a", "close a");
    }

    @Test
    void builderThatHasBuiltIsClosed() {
        Component<Part> a = builder.component("a", journal.part("a"));
        Component<Part> b = builder.component("b", journal.part("b"));
        builder.build().close();

        assertThatIllegalStateException().isThrownBy(() -> a.after(b)).withMessageContaining("built already");
        assertThatIllegalStateException().isThrownBy(() -> a.timeout(LONG));
        assertThatIllegalStateException().isThrownBy(() -> builder.component("c", journal.part("c")));
        assertThatIllegalStateException().isThrownBy(builder::build);
    }
}
