// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.store;

import static org.awaitility.Awaitility.await;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A PostgreSQL of a test's own, durable as a real one ({@code fsync} on), that can be killed and started again on the
 * same data and port.
 */
public final class PostgresServer implements AutoCloseable {

    private final Path data;

    private final String fsync;

    private final int port;

    private EmbeddedPostgres postgres;

    /** One that keeps its promises about what is on the disk. */
    public PostgresServer(Path data) throws IOException {
        this(data, "on");
    }

    private PostgresServer(Path data, String fsync) throws IOException {
        this.data = data;
        this.fsync = fsync;
        this.postgres = start(0);
        this.port = postgres.getPort();
    }

    private EmbeddedPostgres start(int port) throws IOException {
        EmbeddedPostgres.Builder builder = EmbeddedPostgres.builder()
                .setDataDirectory(data)
                .setCleanDataDirectory(false)
                .setPGStartupWait(Duration.ofSeconds(60))
                .setServerConfig("fsync", fsync)
                .setServerConfig("full_page_writes", "on")
                .setServerConfig("synchronous_commit", "on");
        return (port == 0 ? builder : builder.setPort(port)).start();
    }

    /** One that does not wait for the disk: for tests that make many databases, and do not ask what a crash would leave. */
    static PostgresServer hasty(Path data) throws IOException {
        return new PostgresServer(data, "off");
    }

    public int port() {
        return port;
    }

    public String url(String database) {
        return "jdbc:postgresql://localhost:" + port() + "/" + database + "?user=postgres";
    }

    public void createDatabase(String name) throws SQLException {
        try (Connection connection = postgres.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE DATABASE " + name);
        }
    }

    /** {@code kill -9} of the server; its backends notice, and are gone when this returns. */
    public void kill() throws Exception {
        ProcessHandle postmaster = postmaster();
        List<ProcessHandle> all = postmaster.descendants().toList();
        signal("KILL", postmaster.pid());
        awaitGone(postmaster, all);
    }

    private static void awaitGone(ProcessHandle postmaster, List<ProcessHandle> all) {
        await().atMost(60, TimeUnit.SECONDS)
                .until(() -> !postmaster.isAlive() && all.stream().noneMatch(ProcessHandle::isAlive));
    }

    /**
     * What kills the server with all the processes it has now, in whatever they are at: at once, without looking for them
     * first; they are gone when it returns.
     */
    public Runnable killer() throws IOException {
        ProcessHandle postmaster = postmaster();
        List<ProcessHandle> all = postmaster.descendants().toList();
        return () -> {
            postmaster.destroyForcibly(); // first: it would begin anew without those that die
            all.forEach(ProcessHandle::destroyForcibly);
            awaitGone(postmaster, all);
        };
    }

    /** Starts it again after {@link #kill()}: it recovers from its log. */
    public void startAgain() throws IOException {
        postgres.close(); // finds nothing to stop, and says so; gives back its lock on the folder
        postgres = start(port);
    }

    private ProcessHandle postmaster() throws IOException {
        String pid = Files.readAllLines(data.resolve("postmaster.pid")).get(0);
        return ProcessHandle.of(Long.parseLong(pid.strip())).orElseThrow();
    }

    static void signal(String name, long pid) throws Exception {
        new ProcessBuilder("kill", "-" + name, Long.toString(pid)).start().waitFor();
    }

    @Override
    public void close() throws Exception {
        ProcessHandle postmaster = postmaster();
        postgres.close();
        if (postmaster.isAlive()) { // slower to stop than its wrapper is to lose patience
            await().atMost(60, TimeUnit.SECONDS).until(() -> !postmaster.isAlive());
        }
    }
}
