// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.patterns.byhand;

/** A program of the course: it says what happens, line by line, and sums up what that has shown. */
@FunctionalInterface
public interface Program {

    /**
     * Runs it, to its end.
     *
     * @param out where its lines go
     * @return what it has shown, in a few words
     * @throws Exception if it did not go as the course says
     */
    String run(Printer out) throws Exception;
}
