// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline;

/** Where a pipeline is in its life. */
public enum PipelineState {
    /** It takes messages in. */
    RUNNING,
    /** It takes none in and works off what it has. */
    DRAINING,
    /** It is done; its report is final. Meters and listener may take until the return of {@code shutdown}. */
    TERMINATED,
    /** It was stopped by an error policy or by an error of its own; what was queued is in the report of its shutdown. */
    FAILED
}
