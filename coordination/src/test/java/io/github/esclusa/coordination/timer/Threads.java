// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.timer;

import java.util.List;

/** Finds threads by the component's name in theirs. */
final class Threads {

    private Threads() {}

    static List<Thread> named(String prefix) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith(prefix))
                .toList();
    }

    static Thread timing(String timersName) {
        return named(timersName + "-timing-").get(0);
    }
}
