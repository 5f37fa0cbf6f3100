// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.patterns;

import io.github.esclusa.core.lock.Guarded;
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
        Signal never = Signal.named("never");
        // snippet
        Guarded<String> finished = Guarded.named("finished", "");
        try (TaskGroup<String> pages = TaskGroup.open("pages")) {
            pages.submit(() -> {
                second.await();
                finished.update(told -> told + " 1");
                return "page 1";
            });
            pages.submit(() -> {
                third.await();
                finished.update(told -> told + " 2");
                second.set();
                return "page 2";
            });
            pages.submit(() -> {
                finished.update(told -> told + " 3");
                third.set();
                return "page 3";
            });
            out.line("asked for pages 1, 2, 3; what came is %s", pages.join());
        }
        String order = finished.get();
        out.line("finished in the order%s", order);

        try (TaskGroup<String> pages = TaskGroup.open("pages")) {
            pages.submit(() -> {
                begun.set();
                never.await(); // interrupted here
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
        // end
        return "3 in order, 1 stopped by a failure";
    }
}
