// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.pipeline.buffer;

/**
 * What a buffer tells its owner, always outside its lock. None of these may throw.
 *
 * @param <E> the type of message
 */
public interface BufferEvents<E> {

    /** A message was queued, or let out that was kept back. Called after it can be polled, on the thread that did that. */
    void queued();

    /** There was no room for a message: {@link BoundedBuffer#isFull}. Called before its producer waits or is refused. */
    void full();

    /**
     * A queued message was evicted. Its credit is released after this returns.
     *
     * @param element the message
     */
    void dropped(E element);

    /** What was evicted has left a closed buffer: {@link BoundedBuffer#leaving} has gone down. */
    void leftAfterClose();

    /**
     * A producer was held back.
     *
     * @param nanos for how long; {@link Reading#NONE} if the clock could not be read
     */
    void heldBack(long nanos);

    /**
     * A producer's callback threw.
     *
     * @param thrown what it threw
     */
    void callbackFailed(Throwable thrown);
}
