// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.coordination.pool;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** A factory put together from lambdas. */
record LambdaFactory<T>(
        Callable<? extends T> creator,
        ResourceFactory.@Nullable Validator<? super T> validator,
        ResourceFactory.@Nullable Destroyer<? super T> destroyer)
        implements ResourceFactory<T> {

    @Override
    public T create() throws Exception {
        return creator.call();
    }

    @Override
    public boolean isValid(T resource) throws Exception {
        return validator == null || validator.isValid(resource);
    }

    @Override
    public void destroy(T resource) throws Exception {
        if (destroyer != null) {
            destroyer.destroy(resource);
        } else if (resource instanceof AutoCloseable closeable) {
            closeable.close();
        }
    }
}
