// SPDX-License-Identifier: Apache-2.0
package io.github.esclusa.examples.collector.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A claim to a database file: the lock on a file beside it, {@code FILE.lock}. The system gives it back when the process
 * ends, however it ends. Whoever reads or writes the database without asking for it is not held up.
 *
 * <p>The lock is not on the database itself: a process loses all its locks on a file, SQLite's too, when it closes that
 * file once. For the same reason a file that this process has claimed is not opened a second time.
 *
 * <p>The file stays when the claim is given back: were it removed, one process could lock the file that is gone, and the
 * next one its successor.
 */
final class FileClaim implements Claim {

    private static final Logger log = LoggerFactory.getLogger(FileClaim.class);

    /** The lock files of this process. */
    private static final Set<Path> CLAIMED = ConcurrentHashMap.newKeySet();

    private final Path file;
    private final FileChannel channel;
    private final AtomicBoolean closed = new AtomicBoolean();

    private FileClaim(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /**
     * Claims a database.
     *
     * @param database its file, by its real path
     * @throws NotClaimedException if another store has it, or the lock cannot be asked for
     */
    static FileClaim of(Path database) throws NotClaimedException {
        Path file = database.resolveSibling(database.getFileName() + ".lock");
        if (!CLAIMED.add(file)) {
            throw inUse(file);
        }
        boolean claimed = false;
        try {
            FileClaim claim = new FileClaim(file, locked(file));
            claimed = true;
            return claim;
        } catch (IOException e) {
            throw new NotClaimedException(
                    "the lock on " + file + " cannot be had: " + e,
                    "may this user write that file, and does its file system know locks?");
        } finally {
            if (!claimed) {
                CLAIMED.remove(file);
            }
        }
    }

    private static FileChannel locked(Path file) throws IOException, NotClaimedException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = null; // held until the channel is closed
        try {
            lock = channel.tryLock();
        } finally {
            if (lock == null) {
                channel.close();
            }
        }
        if (lock == null) {
            throw inUse(file);
        }
        return channel;
    }

    private static NotClaimedException inUse(Path file) {
        return new NotClaimedException(
                "another collector writes to it, and holds the lock on " + file,
                "let that one end, or name another file");
    }

    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        try {
            channel.close();
        } catch (IOException e) {
            log.debug("closing {} failed", file, e);
        } finally {
            CLAIMED.remove(file); // last: closing the channel would take the lock from whoever has it by then
        }
    }

    @Override
    public String toString() {
        return "FileClaim(" + file + ")";
    }

    /** Why there is no claim, and what can be done. */
    static final class NotClaimedException extends SQLException {

        private static final long serialVersionUID = 1;

        private final String remedy;

        NotClaimedException(String reason, String remedy) {
            super(reason);
            this.remedy = remedy;
        }

        String remedy() {
            return remedy;
        }
    }
}
