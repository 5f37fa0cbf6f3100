// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.syslog;

import org.jspecify.annotations.Nullable;

/**
 * What a {@link FrameDecoder} cut out of a stream, or a datagram held, before it has an id.
 *
 * @param bytes the frame without its framing; for a bad octet count, with it
 * @param fault why it is known to be bad, {@code null} when it is not
 */
@SuppressWarnings("ArrayRecordComponent") // The bytes are handed on, never compared.
public record RawFrame(byte[] bytes, @Nullable String fault) {}
