// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.report;

/**
 * Hears of each accepted message once, when it is settled and before its credit is released.
 *
 * <p>It is called on the thread that settled the message: a worker; for a dropped message the thread whose submission
 * evicted it; at the end of a shutdown that ran out of time a thread of the pipeline's own. It is called by several
 * threads at once. It must not shut the pipeline down: that would wait for itself, and is refused. While it runs, the message's
 * credit is held, so a slow listener slows the pipeline. What it throws is logged and counted, and changes nothing else.
 *
 * <p>One that blocks holds up the thread that called it: a worker, which does nothing else meanwhile; a producer, whose
 * submission does not return. A shutdown's report comes at its deadline whatever a listener does, or a second after it has stopped
 * to come back; one that blocks then is interrupted, and named as stuck in the report.
 *
 * <p>Actions of the submitter before it submitted the message, and of the stages that have come back from it, happen-before
 * the call for it; the call happens-before the admission of a message for which its credit makes room. Of code that still
 * works on a message that is unknown, nothing is promised.
 *
 * @param <T> the type of message the pipeline takes in
 */
@FunctionalInterface
public interface SettlementListener<T> {

    /**
     * Called once for each accepted message.
     *
     * @param settlement the message and its outcome
     */
    void settled(Settlement<T> settlement);
}
