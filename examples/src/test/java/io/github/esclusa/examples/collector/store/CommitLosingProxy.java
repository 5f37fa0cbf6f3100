// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.store;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Stands between a client and PostgreSQL, and can swallow the answer to a COPY or a COMMIT, which comes when the transaction
 * has been committed, and break the connection instead; or it passes on what asks for one, and has the server killed then.
 */
public final class CommitLosingProxy implements AutoCloseable {

    private static final byte[] COPY_DONE = {'c', 0, 0, 0, 4};

    private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final Queue<Socket> sockets = new ConcurrentLinkedQueue<>();
    private final AtomicInteger lost = new AtomicInteger();
    private final int serverPort;

    /** Commits until one is lost, that one included; none is when it is zero or less. */
    private final AtomicInteger untilLost = new AtomicInteger();

    /** Commits asked for until one is the server's last, that one included; none is when it is zero or less. */
    private final AtomicInteger untilKilled = new AtomicInteger();

    private volatile Runnable kill = () -> {};
    private volatile boolean killed;

    private volatile boolean shutsThen;

    /** Nobody is let in any more. */
    private volatile boolean shut;

    public CommitLosingProxy(int serverPort) throws IOException {
        this.serverPort = serverPort;
        start(this::accept);
    }

    public String url(String database) {
        return "jdbc:postgresql://127.0.0.1:" + listener.getLocalPort() + "/" + database + "?user=postgres";
    }

    void loseNextCommit() {
        untilLost.set(1);
    }

    /**
     * As soon as the commit of this number from now on has been passed on to the server, it is killed, and nobody is let in
     * until {@link #reopen}. What it answers in time comes through.
     */
    public void killInCommitAndShut(int number, Runnable killing) {
        kill = killing;
        untilKilled.set(number);
    }

    /** Whether that has happened. */
    public boolean killed() {
        return killed;
    }

    /** The connection on which the next commit is lost breaks, and there are no others until {@link #reopen}. */
    public void breakAtNextCommitAndShut() {
        shutsThen = true;
        untilLost.set(1);
    }

    public void reopen() {
        shut = false;
    }

    public int lost() {
        return lost.get();
    }

    private static void start(Runnable task) {
        Thread thread = new Thread(task, "proxy");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        try {
            while (true) {
                connect(listener.accept());
            }
        } catch (IOException e) {
            // The listener is closed: the test is over.
        }
    }

    private void connect(Socket client) throws IOException {
        sockets.add(client);
        if (shut) {
            client.close();
            return;
        }
        try {
            Socket server = new Socket("localhost", serverPort);
            sockets.add(server);
            start(() -> pump(client, server, false));
            start(() -> pump(server, client, true));
        } catch (IOException e) { // the server is gone, and may come back
            client.close();
        }
    }

    private void pump(Socket from, Socket to, boolean answers) {
        byte[] buffer = new byte[64 * 1024];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                if (answers && isCommit(buffer, n) && isToBeLost()) {
                    shut = shutsThen;
                    lost.incrementAndGet();
                    return;
                }
                to.getOutputStream().write(buffer, 0, n);
                if (!answers && asksForCommit(buffer, n) && untilKilled.decrementAndGet() == 0) {
                    shut = true;
                    kill.run();
                    killed = true;
                }
            }
        } catch (IOException e) {
            // One side is gone; leaving closes the other.
        }
    }

    /** CommandComplete, with the tag "COPY <rows>", sent after the commit of its implicit transaction, or "COMMIT". */
    private static boolean isCommit(byte[] answer, int length) {
        String text = new String(answer, 0, length, StandardCharsets.ISO_8859_1);
        return text.contains("COPY ") || text.contains("COMMIT\0");
    }

    /** CopyDone, after which the server commits its implicit transaction: the last that a client sends of it. */
    private static boolean asksForCommit(byte[] request, int length) {
        return length >= COPY_DONE.length
                && Arrays.equals(request, length - COPY_DONE.length, length, COPY_DONE, 0, COPY_DONE.length);
    }

    private boolean isToBeLost() {
        return untilLost.get() > 0 && untilLost.decrementAndGet() == 0;
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
