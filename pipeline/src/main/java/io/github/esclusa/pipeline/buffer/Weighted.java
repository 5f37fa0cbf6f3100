// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.buffer;

/** Something that takes up room. */
public interface Weighted {

    /**
     * How much room it takes up; the same at every call.
     *
     * @return its weight, zero or more
     */
    long weight();
}
