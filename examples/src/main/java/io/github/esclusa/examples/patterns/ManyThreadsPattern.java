// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.patterns;

import io.github.esclusa.core.signal.Signal;
import io.github.esclusa.core.thread.TaskGroup;
import io.github.esclusa.core.thread.TasksFailedException;
import io.github.esclusa.examples.patterns.byhand.Printer;
import java.io.IOException;

/** Results in the order of submission, whatever the order of finishing; the first failure stops the rest. */
public final class ManyThreadsPattern {

    private ManyThreadsPattern() {}

    /**
     * Runs the program.
     *
     * @param out where its lines go
     * @return what it has shown
     * @throws InterruptedException if it is interrupted
     */
    public static String run(Printer out) throws InterruptedException {
        Signal second = Signal.named("second");
        Signal third = Signal.named("third");
        Signal begun = Signal.named("begun");
        Signal leaving = Signal.named("leaving");
        // snippet
        try (TaskGroup<String> pages = TaskGroup.open("pages")) {
            pages.submit(() -> {
                second.await();
                out.line("page 1 is here");
                return "page 1";
            });
            pages.submit(() -> {
                third.await();
                out.line("page 2 is here");
                second.set();
                return "page 2";
            });
            pages.submit(() -> {
                out.line("page 3 is here");
                third.set();
                return "page 3";
            });
            out.line("asked for pages 1, 2, 3; joined are %s", pages.join());
        }

        try (TaskGroup<String> pages = TaskGroup.open("pages")) {
            pages.submit(() -> {
                begun.set();
                Signal.named("never").await(); // interrupted here
                return "page 1, for nobody";
            });
            begun.await();
            pages.submit(() -> {
                throw new IOException("page 2 is gone");
            });
            pages.join();
        } catch (TasksFailedException e) {
            out.line("%s", e.getMessage());
            out.line("its cause: %s", e.getCause());
        }

        Thread reader = Thread.currentThread();
        TaskGroup<String> last = TaskGroup.open("last");
        try (last) {
            last.submit(() -> {
                leaving.await();
                Dashboard.until(() -> reader.getState() == Thread.State.WAITING); // in close: nobody joins
                return "page 4";
            });
            out.line("at the end of the block: %d done", last.balance().succeeded());
            leaving.set();
        }
        out.line("after it: %s", last.balance());
        // end
        return "3 in order, 1 stopped, 1 waited for";
    }
}
