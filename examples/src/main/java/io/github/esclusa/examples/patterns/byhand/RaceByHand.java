// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.patterns.byhand;

import java.util.concurrent.CyclicBarrier;

/** Two threads add one to the same number, and one of the two is lost. */
public final class RaceByHand {

    private static int count;

    private RaceByHand() {}

    /**
     * Runs the program.
     *
     * @param out where its lines go
     * @return what it has shown
     * @throws Exception if it is interrupted
     */
    public static String run(Printer out) throws Exception {
        count = 0;
        // snippet
        CyclicBarrier bothHaveRead = new CyclicBarrier(2); // what luck decides elsewhere is decided here
        Runnable addOne = () -> {
            int read = count;
            meet(bothHaveRead);
            count = read + 1; // from a value that the other one is about to overwrite, too
        };
        Thread one = new Thread(addOne);
        Thread two = new Thread(addOne);
        one.start();
        two.start();
        one.join();
        two.join();
        out.line("2 threads have added 1 each: the count is %d", count);
        // end
        return "2 added, " + count + " counted";
    }

    private static void meet(CyclicBarrier barrier) {
        try {
            barrier.await();
        } catch (Exception e) {
            throw new IllegalStateException("nobody breaks it", e);
        }
    }
}
