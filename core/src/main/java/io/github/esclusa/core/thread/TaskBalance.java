// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.core.thread;

/**
 * What has become of the tasks of a group at one moment. Each is in exactly one place:
 * {@code submitted = queued + running + succeeded + failed + cancelled}.
 *
 * @param submitted tasks the group has taken
 * @param queued tasks that wait for a thread
 * @param running tasks in the hands of user code
 * @param succeeded tasks that returned
 * @param failed tasks that threw, or for which no thread could be started
 * @param cancelled tasks that never ran, or answered an interrupt
 */
public record TaskBalance(long submitted, long queued, long running, long succeeded, long failed, long cancelled) {

    /**
     * Whether every task has come to its end.
     *
     * @return {@code true} if {@code submitted = succeeded + failed + cancelled}
     */
    public boolean settled() {
        return submitted == succeeded + failed + cancelled;
    }
}
