// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.store;

import static io.github.esclusa.examples.collector.store.Rows.deadLetter;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 30, unit = TimeUnit.SECONDS)
class DeadLetterGroupsTest {

    /** A call of {@code write}, on a thread of its own. */
    private record Call(Thread thread, CompletableFuture<@Nullable Void> result) {}

    private final List<List<Long>> groups = Collections.synchronizedList(new ArrayList<>());

    /** What the next transactions do; without one they wait for it. */
    private final BlockingQueue<DeadLetterGroups.Writing> outcomes = new LinkedBlockingQueue<>();

    private final List<Thread> threads = new ArrayList<>();

    private final DeadLetterGroups writer = new DeadLetterGroups("letters", this::write, null);

    @AfterEach
    void close() {
        threads.forEach(Thread::interrupt);
        writer.close();
    }

    private void write(List<DeadLetterRow> letters) throws InterruptedException {
        groups.add(letters.stream().map(DeadLetterRow::id).toList());
        outcomes.take().write(letters);
    }

    private static void works(List<DeadLetterRow> letters) {}

    private Call call(long id) {
        CompletableFuture<@Nullable Void> result = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                writer.write(deadLetter(id));
                result.complete(null);
            } catch (Throwable e) {
                result.completeExceptionally(e);
            }
        });
        threads.add(thread);
        thread.start();
        return new Call(thread, result);
    }

    /** The first leads and is stuck in its transaction, the others wait for it. */
    private List<Call> leaderAndWaiting(int others) {
        List<Call> calls = new ArrayList<>(List.of(call(0)));
        await().until(() -> groups.size() == 1);
        for (int id = 1; id <= others; id++) {
            Call call = call(id);
            calls.add(call);
            await().until(() -> call.thread().getState() == Thread.State.WAITING);
        }
        return calls;
    }

    private static List<Long> ids(long from, long to) {
        return LongStream.rangeClosed(from, to).boxed().toList();
    }

    @Test
    void lettersThatComeDuringATransactionShareTheNextOne() throws Exception {
        List<Call> calls = leaderAndWaiting(5);
        outcomes.add(DeadLetterGroupsTest::works);
        calls.get(0).result().get();
        await().until(() -> groups.size() == 2);
        assertThat(calls.subList(1, 6)).as("not committed yet").noneMatch(call -> call.result()
                .isDone());
        outcomes.add(DeadLetterGroupsTest::works);
        for (Call call : calls) {
            call.result().get();
        }
        assertThat(groups).containsExactly(ids(0, 0), ids(1, 5));
    }

    @Test
    void aLetterThatComesLaterIsWrittenByItsOwnThread() throws Exception {
        outcomes.add(DeadLetterGroupsTest::works);
        outcomes.add(DeadLetterGroupsTest::works);
        writer.write(deadLetter(1));
        writer.write(deadLetter(2));
        assertThat(groups).containsExactly(List.of(1L), List.of(2L));
    }

    @Test
    void aTransactionThatFailsIsToldToAllOfItsLettersAndToNoOther() throws Exception {
        List<Call> calls = leaderAndWaiting(2);
        outcomes.add(DeadLetterGroupsTest::works);
        calls.get(0).result().get();
        outcomes.add(letters -> {
            throw new AssertionError("the database is gone");
        });
        List<Throwable> told = new ArrayList<>();
        for (Call call : calls.subList(1, 3)) {
            assertThatThrownBy(() -> call.result().get())
                    .isInstanceOf(ExecutionException.class)
                    .satisfies(e -> told.add(e.getCause()));
        }
        assertThat(told).allMatch(e -> e instanceof StoreException).allSatisfy(e -> assertThat(e)
                .hasMessage("the database is gone"));
        assertThat(told.get(0)).as("each has its own").isNotSameAs(told.get(1));

        outcomes.add(DeadLetterGroupsTest::works);
        writer.write(deadLetter(9)); // and the next one is led again
    }

    @Test
    void aLetterThatIsRefusedFailsAlone() throws Exception {
        List<Call> calls = leaderAndWaiting(3);
        outcomes.add(DeadLetterGroupsTest::works);
        DeadLetterGroups.Writing refusesTwo = letters -> {
            if (letters.stream().anyMatch(letter -> letter.id() == 2)) {
                throw new StoreException("refused", new SQLException("no", "22021"));
            }
        };
        for (int i = 0; i < 4; i++) {
            outcomes.add(refusesTwo);
        }
        calls.get(1).result().get();
        assertThatThrownBy(() -> calls.get(2).result().get())
                .hasRootCauseInstanceOf(SQLException.class)
                .satisfies(e -> assertThat(Store.isDataError(e)).isTrue());
        calls.get(3).result().get();
        assertThat(groups).containsExactly(ids(0, 0), ids(1, 3), ids(1, 1), ids(2, 2), ids(3, 3));
    }

    @Test
    void anInterruptedLeaderLeavesAndAnotherLeadsInItsPlace() throws Exception {
        List<Call> calls = leaderAndWaiting(2);
        outcomes.add(DeadLetterGroupsTest::works);
        calls.get(0).result().get();
        await().until(() -> groups.size() == 2);
        Call leader = calls.get(leads(calls.get(1).thread()) ? 1 : 2);
        Call other = calls.get(calls.indexOf(leader) == 1 ? 2 : 1);
        leader.thread().interrupt();
        assertThatThrownBy(() -> leader.result().get()).hasCauseInstanceOf(InterruptedException.class);
        outcomes.add(DeadLetterGroupsTest::works);
        other.result().get();
        assertThat(groups).hasSize(3).last().satisfies(group -> assertThat(group)
                .hasSize(1));
    }

    /** Whether a thread is the one inside the transaction. */
    private static boolean leads(Thread thread) {
        for (StackTraceElement frame : thread.getStackTrace()) {
            if (frame.getMethodName().equals("attempt")) {
                return true;
            }
        }
        return false;
    }

    @Test
    void anInterruptedFollowerLeavesAtOnceAndItsLetterWithIt() throws Exception {
        List<Call> calls = leaderAndWaiting(2);
        calls.get(1).thread().interrupt();
        assertThatThrownBy(() -> calls.get(1).result().get()).hasCauseInstanceOf(InterruptedException.class);
        outcomes.add(DeadLetterGroupsTest::works);
        outcomes.add(DeadLetterGroupsTest::works);
        calls.get(0).result().get();
        calls.get(2).result().get();
        assertThat(groups).containsExactly(ids(0, 0), ids(2, 2));
    }
}
