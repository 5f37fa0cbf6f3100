// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.stress;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A third thread, for races of three: a test with three actors is left out where there are two processors. */
final class Third {

    private static final ExecutorService THREAD = Executors.newSingleThreadExecutor(task -> {
        Thread thread = new Thread(task, "third");
        thread.setDaemon(true);
        return thread;
    });

    private Third() {}

    /** Does something that ends by itself, meanwhile. */
    static void does(Runnable step) {
        THREAD.execute(step);
    }
}
