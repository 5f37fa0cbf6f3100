// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.patterns;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.esclusa.examples.patterns.byhand.ProducerConsumerByHand;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Timeout;

/** By hand both sides can hang; with Esclusa the event ends both, and what was accepted is delivered. */
@Timeout(120)
class ProducerConsumerPatternTest {

    @RepeatedTest(5)
    void byHandTheProducerHangsOnceTheConsumerHasLeft() throws Exception {
        PlayedLesson played = PlayedLesson.of(ProducerConsumerByHand::run);
        assertThat(played.lines()).contains("the consumer has left; the producer hangs: true");
    }

    @RepeatedTest(5)
    void byHandTheConsumerHangsThoughTheEventHasCome() throws Exception {
        PlayedLesson played = PlayedLesson.of(ProducerConsumerByHand::run);
        assertThat(played.lines()).contains("the event has come; the consumer hangs: true");
    }

    @RepeatedTest(5)
    void withEsclusaTheBlockedProducerIsAnsweredAndTheTenAreDelivered() throws Exception {
        PlayedLesson played = PlayedLesson.of(ProducerConsumerPattern::run);
        assertThat(played.lines())
                .contains("producer: 10 accepted, then CLOSED", "consumer: 10 delivered, complete: true");
    }

    @RepeatedTest(5)
    void withEsclusaTheDepthIsSeenAtEachMessage() throws Exception {
        PlayedLesson played = PlayedLesson.of(ProducerConsumerPattern::run);
        assertThat(played.lines().subList(0, 10))
                .isEqualTo(IntStream.range(0, 10)
                        .mapToObj(n -> n + " is stored, " + (9 - n) + " wait behind it")
                        .toList());
    }

    @RepeatedTest(5)
    void withEsclusaAnIdleConsumerDoesNotHang() throws Exception {
        PlayedLesson played = PlayedLesson.of(ProducerConsumerPattern::run);
        assertThat(played.lines()).contains("an empty one: complete: true");
    }
}
