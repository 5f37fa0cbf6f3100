// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.syslog;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Cuts one connection's byte stream into frames, by both framings of RFC 6587. The first byte of each frame decides: a
 * digit from 1 to 9 begins an octet count, anything else a line.
 *
 * <pre>
 *           +--- line end ---+
 *           v                |
 *        +-------+  digit  +-------+  ' ' and '&lt;'   +---------+  all of it
 *   ---> | START | ------> | COUNT | -------------> | PAYLOAD | -----------> START
 *        +-------+         +-------+                +---------+
 *            | else            | anything else           | at the limit
 *            v                 v                         v
 *        +------------------------+              +--------------+  all of it
 *        | LINE  (good, or bad)   |              | SKIP_PAYLOAD | ----------> START
 *        +------------------------+              +--------------+
 *            | newline: START  | past the limit
 *            v                 v
 *          START         +-----------+  newline
 *                        | SKIP_LINE | --------> START
 *                        +-----------+
 *
 *   past the limit, once a counted frame has come whole: OUT_OF_SYNC, which cuts all that follows into bad pieces
 * </pre>
 *
 * <ul>
 *   <li>A frame longer than the limit is given out once, cut off at the limit, as bad; the rest of it is skipped.
 *   <li>An octet count of more than {@value #MAX_DIGITS} digits, not followed by a space, or followed by anything but a
 *       {@code <} is a lie: everything up to the next newline is given out as one bad frame, count and all.
 *   <li>A stream in which a counted frame has come whole, and then a line longer than the limit, has lost its
 *       synchronisation: one count was wrong, and what follows the frame it was of looks like a line, good counted frames
 *       and all. The line's beginning is given out as above, and what follows in pieces of the limit's length, as bad:
 *       nothing of it is a frame ({@link #outOfSync}), and nothing of it is skipped.
 *   <li>A line end that closes a line, or stands inside a counted frame as its last bytes, is not part of the frame.
 *       Empty lines between frames are nothing. A carriage return before the newline counts towards the limit.
 *   <li>At the end of the stream, a line that was begun is a frame; a counted frame that was begun is a bad one, as is
 *       what there is of a piece.
 * </ul>
 *
 * <p>How the stream is split into buffers makes no difference. A frame that lies whole in one buffer is copied once, out
 * of it; one that does not is gathered in an array that grows with what has really arrived, whatever the count claims.
 *
 * <p>Not safe for use by several threads.
 */
public final class FrameDecoder {

    /** The limit unless another is asked for: 64 KiB. */
    public static final int DEFAULT_LIMIT = 64 << 10;

    /** How many digits an octet count may have. */
    static final int MAX_DIGITS = 7;

    private static final String LOST_SYNC = "out of sync with the octet counts before it";

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0).asReadOnlyBuffer();

    private enum State {
        START,
        COUNT,
        PAYLOAD,
        LINE,
        SKIP_PAYLOAD,
        SKIP_LINE,
        OUT_OF_SYNC
    }

    private final int limit;
    private final Gathered gathered = new Gathered();

    private State state = State.START;

    /** COUNT: the number so far. PAYLOAD, SKIP_PAYLOAD: how many bytes the frame has in all. */
    private int count;

    /** COUNT: digits so far. */
    private int digits;

    /** COUNT: the space has come, the payload's first byte has not. */
    private boolean counted;

    /** SKIP_PAYLOAD: how many bytes are still to be thrown away. */
    private int toSkip;

    /** LINE: why it is bad, if it is. */
    private @Nullable String fault;

    /** Whether a counted frame has come whole: the sender counts, and a line without an end is no line. */
    private boolean senderCounts;

    /** Bytes thrown away since {@link #takeSkipped} was asked last. */
    private long skipped;

    /**
     * A decoder at the start of a stream.
     *
     * @param limit how many bytes a frame may have, its framing not counted; at least 16
     * @throws IllegalArgumentException if the limit is smaller
     */
    public FrameDecoder(int limit) {
        if (limit < 16) {
            throw new IllegalArgumentException("frame limit is " + limit + " bytes, allowed is 16 and more");
        }
        this.limit = limit;
    }

    /**
     * Takes the next frame out of a buffer.
     *
     * @param in what has been read, from its position to its limit; the position moves behind what was used
     * @return the frame; {@code null} once the buffer is used up, what it ended with being kept for the next one
     */
    public @Nullable RawFrame next(ByteBuffer in) {
        while (in.hasRemaining()) {
            RawFrame frame =
                    switch (state) {
                        case START -> start(in);
                        case COUNT -> count(in);
                        case PAYLOAD -> payload(in);
                        case LINE -> line(in);
                        case SKIP_PAYLOAD -> skipPayload(in);
                        case SKIP_LINE -> skipLine(in);
                        case OUT_OF_SYNC -> piece(in);
                    };
            if (frame != null) {
                return frame;
            }
        }
        return null;
    }

    /**
     * Ends the stream where the sender has ended it.
     *
     * @return the last frame, a line without a newline or a bad one; {@code null} if the stream ended between frames
     */
    public @Nullable RawFrame end() {
        return finish(state == State.LINE ? fault : "the connection ended inside the frame");
    }

    /**
     * Ends the stream before its end.
     *
     * @param reason why
     * @return the bad frame that what has come of the last one makes; {@code null} between frames
     */
    public @Nullable RawFrame cutOff(String reason) {
        return finish(reason);
    }

    private @Nullable RawFrame finish(@Nullable String reason) {
        RawFrame last =
                switch (state) {
                    case START, SKIP_PAYLOAD, SKIP_LINE -> null;
                    case COUNT -> new RawFrame(countAsReceived(), reason);
                    case PAYLOAD -> {
                        String far = ", after " + gathered.length() + " of its " + count + " bytes";
                        yield new RawFrame(gathered.take(NOTHING, 0, 0), reason + far);
                    }
                    case LINE ->
                        new RawFrame(gathered.take(NOTHING, 0, gathered.carriageReturn(NOTHING, 0, 1)), reason);
                    case OUT_OF_SYNC ->
                        gathered.length() == 0 ? null : new RawFrame(gathered.take(NOTHING, 0, 0), LOST_SYNC);
                };
        state = State.START;
        fault = null;
        return last;
    }

    /**
     * Whether a frame has begun and not ended; the rest of one that was too long counts.
     *
     * @return {@code false} between frames
     */
    public boolean insideFrame() {
        return state != State.START;
    }

    /**
     * Whether the stream has lost its synchronisation. Nothing that comes is a frame any more: only a new stream helps.
     *
     * @return {@code true} from the frame on that was given out for it
     */
    public boolean outOfSync() {
        return state == State.OUT_OF_SYNC;
    }

    /**
     * How many bytes were thrown away: what frames had beyond the limit.
     *
     * @return the bytes since this was asked last
     */
    public long takeSkipped() {
        long taken = skipped;
        skipped = 0;
        return taken;
    }

    /**
     * How much memory the frame that has begun takes.
     *
     * @return the size of the array it is gathered in, in bytes
     */
    public int heldBytes() {
        return gathered.capacity();
    }

    private @Nullable RawFrame start(ByteBuffer in) {
        byte first = in.get(in.position());
        if (first == '\n' || first == '\r') {
            in.get();
        } else if (first >= '1' && first <= '9') {
            count = 0;
            digits = 0;
            counted = false;
            state = State.COUNT;
        } else {
            state = State.LINE;
        }
        return null;
    }

    private @Nullable RawFrame count(ByteBuffer in) {
        while (in.hasRemaining()) {
            byte next = in.get(in.position());
            if (counted) {
                if (next != '<') {
                    lie("what follows the octet count " + count + " does not begin with '<'");
                } else {
                    state = State.PAYLOAD;
                }
                return null;
            }
            if (next == ' ') {
                counted = true;
            } else if (next < '0' || next > '9') {
                lie("the octet count " + count + " is not followed by a space");
                return null;
            } else if (digits == MAX_DIGITS) {
                lie("the octet count has more than " + MAX_DIGITS + " digits");
                return null;
            } else {
                count = count * 10 + (next - '0');
                digits++;
            }
            in.get();
        }
        return null;
    }

    /** The count is no count: what has been read of it is the start of a bad line. */
    private void lie(String reason) {
        gathered.add(countAsReceived());
        fault = reason;
        state = State.LINE;
    }

    private byte[] countAsReceived() {
        return (counted ? count + " " : Integer.toString(count)).getBytes(US_ASCII);
    }

    private @Nullable RawFrame payload(ByteBuffer in) {
        int kept = Math.min(count, limit);
        int wanted = kept - gathered.length();
        if (in.remaining() < wanted) {
            gathered.add(in, in.remaining(), kept);
            return null;
        }
        if (count > limit) {
            byte[] bytes = gathered.take(in, wanted, 0);
            toSkip = count - limit;
            state = State.SKIP_PAYLOAD;
            return new RawFrame(bytes, tooLong() + ": its octet count is " + count);
        }
        state = State.START;
        senderCounts = true;
        return new RawFrame(gathered.take(in, wanted, gathered.lineEnd(in, wanted)), null);
    }

    private @Nullable RawFrame line(ByteBuffer in) {
        int room = limit - gathered.length();
        int from = in.position();
        int to = Math.min(in.limit(), from + room + 1); // one more: the newline may stand just behind the limit
        int end = from;
        while (end < to && in.get(end) != '\n') {
            end++;
        }
        if (end < to) {
            int length = end - from;
            RawFrame frame = new RawFrame(gathered.take(in, length, gathered.carriageReturn(in, length, 1)), fault);
            in.get();
            state = State.START;
            fault = null;
            return frame;
        }
        if (end - from <= room) {
            gathered.add(in, end - from, limit);
            return null;
        }
        byte[] bytes = gathered.take(in, room, 0);
        String reason = fault == null ? tooLong() : fault + "; " + tooLong();
        fault = null;
        if (senderCounts) {
            state = State.OUT_OF_SYNC;
            return new RawFrame(bytes, reason + ": " + LOST_SYNC);
        }
        state = State.SKIP_LINE;
        return new RawFrame(bytes, reason);
    }

    /** Whatever it is, it is kept as it came. */
    private @Nullable RawFrame piece(ByteBuffer in) {
        int wanted = limit - gathered.length();
        if (in.remaining() < wanted) {
            gathered.add(in, in.remaining(), limit);
            return null;
        }
        return new RawFrame(gathered.take(in, wanted, 0), LOST_SYNC);
    }

    private String tooLong() {
        return "longer than the limit of " + limit + " bytes";
    }

    private @Nullable RawFrame skipPayload(ByteBuffer in) {
        int length = Math.min(toSkip, in.remaining());
        toSkip -= length;
        if (toSkip == 0) {
            state = State.START;
        }
        return skip(in, length);
    }

    private @Nullable RawFrame skipLine(ByteBuffer in) {
        int end = in.position();
        while (end < in.limit() && in.get(end) != '\n') {
            end++;
        }
        skip(in, end - in.position());
        if (in.hasRemaining()) {
            in.get();
            state = State.START;
        }
        return null;
    }

    private @Nullable RawFrame skip(ByteBuffer in, int length) {
        in.position(in.position() + length);
        skipped += length;
        return null;
    }
}
