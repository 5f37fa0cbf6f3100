// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.pool;

/**
 * Makes, tests and destroys the resources of a {@link ResourcePool}.
 *
 * <p>All three are called on the pool's own threads (a destruction also on a thread that closes the pool, or that asked
 * for it when no other can be had), several at a time for different resources and one at a time for
 * any one resource; what one call did to a resource is visible to the next. They may throw anything, block, or be
 * interrupted without harm to the pool; but a call that never returns keeps its place in the pool for ever, so give
 * them time limits of their own (a connect timeout, a query timeout).
 *
 * @param <T> what the pool lends
 */
public interface ResourceFactory<T> {

    /**
     * Makes a resource.
     *
     * @return a new resource, ready for use; {@code null}, or one that the pool holds already, counts as a failure
     * @throws Exception if none can be made; the cause reaches one waiting thread as {@link ResourceCreationException}
     */
    T create() throws Exception;

    /**
     * Whether a resource that lay idle can still be used. One that cannot is destroyed, and the next one tried.
     *
     * @param resource the resource; nobody else has it meanwhile
     * @return {@code true} if it is good, the default
     * @throws Exception counts as {@code false}, and is logged
     */
    default boolean isValid(T resource) throws Exception {
        return true;
    }

    /**
     * Ends a resource. Its place in the pool is free once this has returned.
     *
     * @param resource the resource; nobody else has it, and nobody will again
     * @throws Exception is logged and counted; the resource counts as destroyed
     */
    void destroy(T resource) throws Exception;

    /**
     * {@link ResourceFactory#isValid} as a lambda.
     *
     * @param <T> what the pool lends
     */
    @FunctionalInterface
    interface Validator<T> {

        /**
         * Whether a resource that lay idle can still be used.
         *
         * @param resource the resource
         * @return {@code true} if it is good
         * @throws Exception counts as {@code false}
         */
        boolean isValid(T resource) throws Exception;
    }

    /**
     * {@link ResourceFactory#destroy} as a lambda.
     *
     * @param <T> what the pool lends
     */
    @FunctionalInterface
    interface Destroyer<T> {

        /**
         * Ends a resource.
         *
         * @param resource the resource
         * @throws Exception is logged and counted
         */
        void destroy(T resource) throws Exception;
    }
}
