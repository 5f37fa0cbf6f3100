// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class TcpBackPressureTest {

    private static boolean fromLoud(String text) {
        return text.startsWith("<1>");
    }

    /** Frames of one byte more than their head tell the loud sender from the quiet one. */
    private static void fullForLoud(TcpRig rig) {
        rig.intake.fullFor(frame -> frame.bytes()[1] == '1');
    }

    @Test
    void aFullIntakeHoldsBackThatSenderOnlyAndHoldsOneFrameOfIts() throws Exception {
        ExecutorService executor = Executors.newSingleThreadExecutor();
        try (TcpRig rig = new TcpRig().started()) {
            fullForLoud(rig);
            Socket loud = rig.connect();
            int messages = 400_000; // some 20 MB: more than all the kernel's buffers
            String padding = "x".repeat(40);
            Future<?> sending = executor.submit(() -> {
                StringBuilder chunk = new StringBuilder();
                for (int i = 0; i < messages; i++) {
                    chunk.append("<1>").append(i).append(padding).append('\n');
                    if (chunk.length() > 60_000 || i == messages - 1) {
                        TcpRig.send(loud, chunk.toString());
                        chunk.setLength(0);
                    }
                }
                return null;
            });
            rig.intake.awaitWaiting(1);
            rig.awaitMetric(TcpMetrics.HELD, 1);
            double readThen = rig.metric(TcpMetrics.RECEIVED);

            Socket quiet = rig.connect();
            for (int i = 1; i <= 200; i++) {
                TcpRig.send(quiet, "<2>" + i + "\n");
                rig.intake.awaitFrames(i);
            }
            assertThat(rig.intake.waiting()).isEqualTo(1);
            double readOfQuiet = rig.intake.texts().stream()
                    .mapToInt(text -> text.length() + 1)
                    .sum();
            assertThat(rig.metric(TcpMetrics.RECEIVED) - readOfQuiet)
                    .isEqualTo(readThen)
                    .isLessThanOrEqualTo(64 << 10);
            assertThat(sending.isDone()).as("the sender is held back").isFalse();

            for (int i = 0; i < 3_000; i++) {
                rig.intake.awaitWaiting(1);
                assertThat(rig.intake.waiting()).isEqualTo(1);
                rig.intake.decide(Verdict.ACCEPTED);
            }
            rig.intake.awaitWaiting(1);
            rig.intake.fullFor(frame -> false);
            rig.intake.decide(Verdict.ACCEPTED);
            sending.get();
            rig.awaitMetric(TcpMetrics.FRAMES, messages + 200);
            List<String> ofLoud = rig.intake.texts().stream()
                    .filter(TcpBackPressureTest::fromLoud)
                    .toList();
            assertThat(ofLoud).hasSize(messages);
            for (int i = 0; i < messages; i++) {
                assertThat(ofLoud.get(i)).isEqualTo("<1>" + i + padding);
            }
            assertThat(rig.metric(TcpMetrics.HELD)).isZero();
        } finally {
            executor.shutdownNow();
        }
    }

    @Test
    void anIntakeMayDecideBeforeItsAnswerIsHeard() throws IOException {
        try (TcpRig rig = new TcpRig()) {
            List<String> seen = new ArrayList<>();
            rig.listener.start((frame, whenDecided) -> {
                rig.intake.offer(frame, verdict -> {});
                whenDecided.accept(Verdict.ACCEPTED);
                return Verdict.WAITING;
            });
            StringBuilder stream = new StringBuilder();
            for (int i = 0; i < 1_000; i++) {
                stream.append("<1>").append(i).append('\n');
                seen.add("<1>" + i);
            }
            TcpRig.send(rig.connect(), stream.toString());
            rig.intake.awaitFrames(1_000);
            assertThat(rig.intake.texts()).isEqualTo(seen);
            rig.awaitMetric(TcpMetrics.HELD, 0);
        }
    }

    @Test
    void decisionsFromAnotherThreadLoseNoWakeUp() throws Exception {
        ExecutorService decider = Executors.newSingleThreadExecutor();
        try (TcpRig rig = new TcpRig()) {
            rig.listener.start((frame, whenDecided) -> {
                decider.execute(() -> {
                    rig.intake.offer(frame, verdict -> {});
                    whenDecided.accept(Verdict.ACCEPTED);
                });
                return Verdict.WAITING;
            });
            int senders = 10;
            int each = 500;
            for (int i = 0; i < senders; i++) {
                StringBuilder stream = new StringBuilder();
                for (int n = 0; n < each; n++) {
                    stream.append("<1>").append(i).append('/').append(n).append('\n');
                }
                TcpRig.send(rig.connect(), stream.toString());
            }
            rig.intake.awaitFrames(senders * each);
            assertThat(rig.intake.texts()).doesNotHaveDuplicates().hasSize(senders * each);
        } finally {
            decider.shutdownNow();
        }
    }

    @Test
    void aWaitingFrameThatIsTurnedAwayWithAClosedIntakeClosesItsConnection() throws IOException {
        try (TcpRig rig = new TcpRig().started()) {
            fullForLoud(rig);
            Socket sender = rig.connect();
            TcpRig.send(sender, "<1>a\n<1>b\n<1>c\n");
            rig.intake.awaitWaiting(1);
            rig.intake.decide(Verdict.CLOSED);
            assertThat(TcpListenerTest.ended(sender)).isTrue();
            rig.awaitMetric(TcpMetrics.CONNECTIONS, 0);
            assertThat(rig.closedFor(CloseReason.INTAKE_CLOSED)).isEqualTo(1);
            assertThat(rig.metric(TcpMetrics.REFUSED)).isEqualTo(3);
            assertThat(rig.metric(TcpMetrics.HELD)).isZero();
        }
    }

    @Test
    void stoppingCountsWhatWasReadAndNotOfferedAndADecisionAfterwardsIsStillCounted() throws IOException {
        try (TcpRig rig = new TcpRig().started()) {
            fullForLoud(rig);
            TcpRig.send(rig.connect(), "<1>a\n<1>b\n<1>c\n<1>half");
            rig.intake.awaitWaiting(1);
            rig.awaitMetric(TcpMetrics.HELD, 1);
            rig.listener.stopReading();
            assertThat(rig.metric(TcpMetrics.REFUSED)).isEqualTo(3);
            assertThat(rig.metric(TcpMetrics.HELD)).isZero();
            rig.intake.decide(Verdict.ACCEPTED);
            assertThat(rig.metric(TcpMetrics.FRAMES)).isEqualTo(1);
            assertThat(rig.intake.texts()).containsExactly("<1>a");
        }
    }

    @Test
    void aDecisionMadeTwiceChangesNothingTheSecondTime() throws IOException {
        try (TcpRig rig = new TcpRig()) {
            List<Consumer<Verdict>> callbacks = new ArrayList<>();
            rig.listener.start((frame, whenDecided) -> {
                callbacks.add(whenDecided);
                return rig.intake.offer(frame, whenDecided);
            });
            fullForLoud(rig);
            TcpRig.send(rig.connect(), "<1>a\n");
            rig.intake.awaitWaiting(1);
            rig.intake.decide(Verdict.ACCEPTED);
            rig.awaitMetric(TcpMetrics.HELD, 0);
            callbacks.get(0).accept(Verdict.CLOSED);
            Socket next = rig.connect();
            TcpRig.send(next, "<2>b\n");
            rig.intake.awaitFrames(2);
            assertThat(rig.metric(TcpMetrics.CONNECTIONS)).isEqualTo(2);
        }
    }

    @Test
    void aSenderThatLeavesWhileItIsHeldBackLosesNothing() throws IOException {
        try (TcpRig rig = new TcpRig().started()) {
            fullForLoud(rig);
            Socket sender = rig.connect();
            TcpRig.send(sender, "<1>a\n");
            rig.intake.awaitWaiting(1);
            TcpRig.send(sender, "<1>b\n<1>c");
            sender.close();
            rig.intake.fullFor(frame -> false);
            rig.intake.decide(Verdict.ACCEPTED);
            rig.intake.awaitFrames(3);
            assertThat(rig.intake.texts()).containsExactly("<1>a", "<1>b", "<1>c");
            rig.awaitMetric(TcpMetrics.CONNECTIONS, 0);
        }
    }
}
