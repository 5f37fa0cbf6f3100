// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.cli;

/** What a command line comes to. */
public sealed interface CommandLineOutcome {

    /**
     * Something is to be run.
     *
     * @param config what
     */
    record Run(CollectorConfig config) implements CommandLineOutcome {}

    /**
     * All is said already: help, the version, or an error.
     *
     * @param status the process's exit status: 0 when it was asked for, 2 when it was an error
     */
    record Exit(int status) implements CommandLineOutcome {}
}
