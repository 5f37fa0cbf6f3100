// SPDX-License-Identifier: Apache-2.0

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.BitSet;
import java.util.Map;
import java.util.TreeMap;

/**
 * Looks into a collector's database for the messages that loggen sent it. Run from its source, the drivers in collector.jar:
 *
 * <pre>
 *   java -cp examples/target/collector.jar benchmarks/CountRows.java URL                       prints the highest id
 *   java -cp examples/target/collector.jar benchmarks/CountRows.java URL ID SENDERS MESSAGES   checks what came after it
 * </pre>
 *
 * The second demands of each sender each of its sequence numbers once, and no dead letters, or ends with 1.
 */
final class CountRows {

    private static final String SEQUENCE = "seq: ";
    private static final String THREAD = ", thread: ";
    private static final String STAMP = ", stamp: ";

    private CountRows() {}

    public static void main(String[] args) throws SQLException {
        try (Connection connection = DriverManager.getConnection(args[0])) {
            connection.setAutoCommit(false); // PostgreSQL's driver else keeps the whole result in memory
            if (args.length == 1) {
                System.out.println(Math.max(highest(connection, "messages"), highest(connection, "dead_letters")));
            } else {
                boolean right = check(
                        connection, Long.parseLong(args[1]), Integer.parseInt(args[2]), Integer.parseInt(args[3]));
                System.exit(right ? 0 : 1);
            }
        }
    }

    private static long highest(Connection connection, String table) throws SQLException {
        try (ResultSet tables = connection.getMetaData().getTables(null, null, table, null)) {
            return tables.next() ? number(connection, "SELECT coalesce(max(id), 0) FROM " + table + " WHERE id > ?", 0) : 0;
        }
    }

    private static boolean check(Connection connection, long after, int senders, int each) throws SQLException {
        Map<String, BitSet> seen = new TreeMap<>();
        long rows = 0;
        try (PreparedStatement query = connection.prepareStatement("SELECT message FROM messages WHERE id > ?")) {
            query.setFetchSize(10_000);
            query.setLong(1, after);
            try (ResultSet result = query.executeQuery()) {
                for (; result.next(); rows++) {
                    String message = result.getString(1);
                    int sequence = message.indexOf(SEQUENCE) + SEQUENCE.length();
                    int thread = message.indexOf(THREAD, sequence);
                    String sender = message.substring(thread, message.indexOf(STAMP, thread));
                    seen.computeIfAbsent(sender, name -> new BitSet())
                            .set(Integer.parseInt(message.substring(sequence, thread)));
                }
            }
        }
        long different = seen.values().stream().mapToLong(BitSet::cardinality).sum();
        long letters = number(connection, "SELECT count(*) FROM dead_letters WHERE id > ?", after);
        System.out.printf(
                "rows %d, senders %d, different sequence numbers %d, dead letters %d%n",
                rows, seen.size(), different, letters);
        return letters == 0
                && seen.size() == senders
                && rows == (long) senders * each
                && seen.values().stream().allMatch(numbers -> numbers.cardinality() == each && numbers.length() == each);
    }

    private static long number(Connection connection, String sql, long after) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(sql)) {
            query.setLong(1, after);
            try (ResultSet result = query.executeQuery()) {
                result.next();
                return result.getLong(1);
            }
        }
    }
}
