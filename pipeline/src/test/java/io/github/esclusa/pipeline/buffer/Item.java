// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.buffer;

/** A message of the buffer's tests. */
record Item(int id, long weight) implements Admissible {

    static Item of(int id) {
        return new Item(id, 1);
    }

    @Override
    public void admittedLate(long nowNanos) {}
}
