// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.syslog;

import java.security.SecureRandom;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Gives out message ids: 64-bit numbers, strictly growing, fit for a primary key.
 *
 * <pre>
 *   63   62 ............................................ 12   11 ........ 0
 *   0    microseconds since 2025-01-01T00:00Z (51 bits)       node (12 bits)
 * </pre>
 *
 * <p>Growing ids go to the right-hand edge of the database's index, the cheapest place to insert, and sort by time of
 * receipt. Within one source no id is given twice: the microseconds are taken from the time of receipt when that is
 * later than the last id's, and from the last id plus one when it is not, so a clock that stands still or steps back
 * costs nothing but a stretch of ids that run ahead of it. (At more than a million messages a second they run ahead
 * too, and the clock catches up when the rush is over.)
 *
 * <p>A source that is told with {@link #startAbove} what the database holds gives no id that is there, whatever the clock
 * has done since: a message whose id is known already would be taken for one that comes again, and passed over. Two
 * processes that feed one PostgreSQL database <i>at once</i> could give the same id only if they use the same microsecond
 * and share the node, drawn at random from 4,096; they are better given a node each. A SQLite file takes one process.
 *
 * <p>The layout lasts until 2096. Instances are safe to share between threads: one atomic update an id.
 */
public final class IdSource {

    static final int NODE_BITS = 12;

    /** What 51 bits hold. */
    private static final long LAST_MICROS = (1L << (63 - NODE_BITS)) - 1;

    /** Ids that must be left above those of the database: a century at a million messages a second takes 3e15. */
    private static final long LEAST_LEFT = 1L << 40;

    /** 2025-01-01T00:00Z in microseconds since 1970. */
    static final long EPOCH_MICROS = 1_735_689_600_000_000L;

    private final long node;

    /** The microseconds of the last id given, since {@link #EPOCH_MICROS}. */
    private final AtomicLong last = new AtomicLong(-1);

    /**
     * A source with a node of its own choosing.
     *
     * @param node tells sources apart that feed one database, 0 to 4095
     * @throws IllegalArgumentException if the node is out of that range
     */
    public IdSource(int node) {
        if (node < 0 || node >= 1 << NODE_BITS) {
            throw new IllegalArgumentException("node is " + node + ", allowed is 0 to " + ((1 << NODE_BITS) - 1));
        }
        this.node = node;
    }

    /**
     * A source with a node drawn at random, anew for each process.
     *
     * @return the source
     */
    public static IdSource random() {
        return new IdSource(new SecureRandom().nextInt(1 << NODE_BITS));
    }

    /**
     * Makes every id from now on greater than one that is known, and than all that were smaller.
     *
     * @param known the highest id in the database; zero or less changes nothing
     * @throws IllegalArgumentException if there are hardly any ids above it: it was not given by a source like this
     */
    public void startAbove(long known) {
        long micros = known >> NODE_BITS;
        if (micros > LAST_MICROS - LEAST_LEFT) {
            throw new IllegalArgumentException(
                    "the database's highest id is " + known
                            + ", which leaves none to give: it is not the collector's; remove that row, or name another database");
        }
        last.accumulateAndGet(known > 0 ? micros : -1, Math::max);
    }

    /**
     * Gives the next id.
     *
     * @param receivedAtMicros the time of receipt, in microseconds since 1970-01-01T00:00Z
     * @return an id greater than every one this source has given before
     */
    public long next(long receivedAtMicros) {
        long now = receivedAtMicros - EPOCH_MICROS;
        long previous;
        long micros;
        do {
            previous = last.get();
            micros = Math.max(previous + 1, now);
        } while (!last.compareAndSet(previous, micros));
        return micros << NODE_BITS | node;
    }

    @Override
    public String toString() {
        return "IdSource(node " + node + ")";
    }
}
