// SPDX-License-Identifier: Apache-2.0
package dev.headgate.store.local;

import static java.util.Objects.requireNonNull;

import dev.headgate.metering.UsageJournal;
import dev.headgate.metering.UsageOrigin;
import dev.headgate.metering.UsagePart;
import dev.headgate.metering.UsageRow;
import dev.headgate.store.local.UsageQueue.Write;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A journal in a file below the state directory, in a folder and with a lock of its own. Callers only put records into a queue; one
 * thread of its own writes them in groups, each with one fsync. The folder is opened by the first use.
 *
 * <p>If a write fails, calls that begin are refused and {@link #check} fails; what was accepted stays in memory, which is bounded
 * because only calls that have begun can be settled and all others are added up, and is written as soon as the disk takes it, tried
 * every second.
 */
public final class LocalUsageJournal implements UsageJournal {
    private static final Logger LOG = LoggerFactory.getLogger(LocalUsageJournal.class);
    private static final String CLOSED = "The usage journal is closed.";
    private static final String FOLDER = "usage";
    /** Records that may wait for the disk before calls are refused. */
    private static final int MOST_WAITING = 65_536;

    private static final long RETRY_MILLIS = 1_000;
    private static final long CROWDED_RETRY_MICROS = Duration.ofMinutes(1).toNanos() / 1_000;

    /**
     * How the file is kept.
     *
     * @param sync how long a record may wait for its fsync, which is what a crash can lose; zero makes every record wait for the disk,
     *     except {@link UsageJournal#count}
     * @param rewriteAt bytes at which the file is replaced by a shorter one
     * @param most bytes that it may have then; at more, calls are refused
     */
    public record Options(Duration sync, long rewriteAt, long most) {
        public static final Options DEFAULT = new Options(Duration.ofMillis(100), 16 << 20, 1 << 30);

        /** No call that has begun is lost by a crash: {@code fsync: each}. */
        public static final Options EACH = new Options(Duration.ZERO, DEFAULT.rewriteAt, DEFAULT.most);
    }

    private final Vertx vertx;
    private final Path dir;
    private final Options options;
    private final InstantSource clock;
    private final UsageLog.Writer writer;
    private final WorkerExecutor disk;
    private final UsageQueue queue = new UsageQueue();
    private final AtomicBoolean scheduled = new AtomicBoolean();
    private final AtomicBoolean closing = new AtomicBoolean();
    private volatile boolean open;
    private volatile @Nullable String fault;
    private volatile int pending;
    private volatile long bytes;

    // Touched by the disk's one thread only.
    private UsageBook book = new UsageBook();
    private @Nullable StateLock lock;
    private @Nullable UsageLog log;
    private long rewriteAt;
    private long rewriteAfterMicros;
    private boolean closed;

    public LocalUsageJournal(Vertx vertx, Path stateDir, Options options) {
        this(vertx, stateDir, options, InstantSource.system(), UsageLog.Writer.TO_DISK);
    }

    LocalUsageJournal(Vertx vertx, Path stateDir, Options options, InstantSource clock, UsageLog.Writer writer) {
        this.vertx = vertx;
        this.dir = stateDir.resolve(FOLDER);
        this.options = options;
        this.clock = clock;
        this.writer = writer;
        this.disk = vertx.createSharedWorkerExecutor("headgate-usage", 1);
    }

    @Override
    public Future<Void> begin(Begin begin) {
        return open ? beginNow(begin) : opened().compose(opened -> beginNow(begin));
    }

    private Future<Void> beginNow(Begin begin) {
        String why = fault;
        if (why == null && queue.waiting() >= MOST_WAITING) {
            why = "too many records wait for the disk below " + dir;
        }
        if (why != null) {
            return Future.failedFuture(new IOException("The usage journal takes no calls: " + why));
        }
        return put(new Write(() -> UsageLine.begin(begin), book -> book.begin(begin), syncsEach()));
    }

    @Override
    public Future<Void> settle(Settlement settlement) {
        return putOnceOpen(new Write(() -> UsageLine.settle(settlement), book -> book.settle(settlement), false));
    }

    @Override
    public Future<Void> adjust(Total difference) {
        return putOnceOpen(new Write(() -> UsageLine.total(difference), book -> book.add(difference), false));
    }

    /** Waits for no disk, and lets nobody wait. */
    @Override
    public void count(UsageOrigin origin, List<UsagePart> parts) {
        queue.count(origin, parts);
        flushIn(fault == null ? options.sync.toMillis() : RETRY_MILLIS);
    }

    @Override
    public Future<Void> confirm(String id) {
        return putOnceOpen(new Write(() -> UsageLine.confirm(id), book -> book.confirm(id), false));
    }

    private Future<Void> putOnceOpen(Write write) {
        return open ? put(write) : opened().compose(opened -> put(write));
    }

    private boolean syncsEach() {
        return options.sync.isZero();
    }

    private Future<Void> put(Write write) {
        if (closing.get()) {
            return Future.failedFuture(new IOException(CLOSED));
        }
        queue.put(write);
        if (syncsEach()) {
            return onDisk(() -> {
                        if (!write.isDone()) {
                            flush();
                        }
                        IOException failure = write.failure();
                        if (failure != null || !write.isDone()) {
                            throw failure == null ? new IOException(CLOSED) : failure;
                        }
                        return true;
                    })
                    .mapEmpty();
        }
        flushIn(options.sync.toMillis());
        return Future.succeededFuture();
    }

    private void flushIn(long millis) {
        if (scheduled.compareAndSet(false, true)) {
            vertx.setTimer(Math.max(1, millis), timer -> {
                scheduled.set(false);
                if (!closing.get()) {
                    onDisk(this::openAndFlush);
                }
            });
        }
    }

    @Override
    public Future<List<Pending>> pending() {
        return read(() -> book.pending());
    }

    @Override
    public Future<List<Total>> totals() {
        return read(() -> book.totals());
    }

    @Override
    public Future<List<Total>> confirmed() {
        return read(() -> book.confirmedTotals());
    }

    @Override
    public Future<String> id() {
        return read(() -> book.id());
    }

    /** Also from a disk that is not well: then what waits for it is added. */
    @Override
    public Future<Rows> rows(String fromDay) {
        return onDisk(() -> {
            if (!openAndFlush() || fault != null) {
                List<UsageRow> all = new ArrayList<>(book.rows(fromDay));
                all.addAll(queue.rows(fromDay));
                return new Rows(all, "the usage journal below " + dir + " is not written: " + fault);
            }
            return new Rows(book.rows(fromDay), null);
        });
    }

    /** What has been put so far is part of the answer, if the disk took it. */
    private <T> Future<T> read(Callable<T> question) {
        return opened().compose(opened -> onDisk(() -> {
            flush();
            return question.call();
        }));
    }

    @Override
    public Status status() {
        return new Status(fault, pending, queue.waiting(), bytes);
    }

    @Override
    public Future<Void> check() {
        return opened().compose(opened -> onDisk(() -> {
                    flush();
                    String why = fault;
                    if (why != null) {
                        throw new IOException(why);
                    }
                    return true;
                }))
                .mapEmpty();
    }

    private Future<Boolean> opened() {
        if (closing.get()) {
            return Future.failedFuture(new IOException(CLOSED));
        }
        return open ? Future.succeededFuture(true) : onDisk(this::openNow);
    }

    private boolean openNow() throws IOException {
        if (closed) {
            throw new IOException(CLOSED);
        }
        if (!open) {
            try {
                openFiles();
            } catch (IOException e) {
                tell("it cannot be opened: " + e.getMessage());
                throw e;
            }
        }
        return true;
    }

    /** Returns whether there is a file; if not, what was counted waits for one. */
    private boolean openAndFlush() {
        try {
            if (!closed) {
                openNow();
            }
        } catch (IOException told) {
            flushIn(RETRY_MILLIS);
        }
        flush();
        return log != null;
    }

    private void openFiles() throws IOException {
        StateLock held = StateLock.acquire(dir);
        try {
            book = new UsageBook();
            UsageLog opened = UsageLog.open(dir, book, writer, nowMicros());
            log = opened;
            lock = held;
            rewriteAt = Math.max(options.rewriteAt, 2 * opened.length());
            observe(opened);
            healed();
            open = true;
        } catch (IOException e) {
            held.close();
            throw e;
        }
    }

    /** Writes all that waits; what cannot be written waits on, except calls whose beginning was to be confirmed by the disk. */
    private void flush() {
        queue.take();
        UsageLog file = log;
        if (file == null) {
            return;
        }
        try {
            if (queue.size() > 0) {
                file.append(queue.lines());
                queue.written(book);
            } else if (fault != null) {
                file.probe();
            }
            rewriteIfLong(file);
            judge(file);
        } catch (IOException e) {
            failed(e);
        }
        observe(file);
        if (fault != null && !closed) {
            flushIn(RETRY_MILLIS);
        }
    }

    private void rewriteIfLong(UsageLog file) throws IOException {
        long now = nowMicros();
        if (file.length() < Math.min(rewriteAt, options.most) || now < rewriteAfterMicros) {
            return;
        }
        book.forget(now);
        file.replace(book);
        rewriteAt = Math.max(options.rewriteAt, 2 * file.length());
        // Where even that leaves too much, it is not done again for every record.
        rewriteAfterMicros = file.length() < options.most ? 0 : now + CROWDED_RETRY_MICROS;
    }

    private void judge(UsageLog file) {
        if (file.length() >= options.most) {
            tell("it has " + file.length() + " bytes, and at most " + options.most + " are allowed");
        } else {
            healed();
        }
    }

    private void healed() {
        if (fault != null) {
            fault = null;
            LOG.info("the usage journal below {} is written again", dir);
        }
    }

    private void failed(IOException cause) {
        tell("it cannot be written: " + cause.getMessage());
        queue.failed(cause);
    }

    private void tell(String why) {
        if (fault == null) {
            LOG.error("the usage journal below {} is not written, and takes no calls with budgets: {}", dir, why);
        }
        fault = why;
    }

    private void observe(UsageLog file) {
        pending = book.size();
        bytes = file.length();
    }

    private long nowMicros() {
        return ChronoUnit.MICROS.between(Instant.EPOCH, clock.instant());
    }

    @Override
    public Future<Void> close() {
        if (!closing.compareAndSet(false, true)) {
            return Future.succeededFuture();
        }
        return onDisk(() -> {
                    queue.take();
                    if (queue.size() > 0) {
                        openAndFlush();
                    }
                    closed = true;
                    open = false;
                    flush();
                    closeFiles();
                    return true;
                })
                .eventually(disk::close)
                .mapEmpty();
    }

    private void closeFiles() throws IOException {
        if (log != null) {
            log.close();
            log = null;
        }
        if (lock != null) {
            lock.close();
            lock = null;
        }
        if (queue.size() > 0) {
            String lost = queue.size() + " record(s) of usage are lost: " + fault;
            LOG.error("{}", lost);
            throw new IOException(lost);
        }
    }

    private <T> Future<T> onDisk(Callable<T> action) {
        return disk.executeBlocking(action, false).map(answer -> requireNonNull(answer));
    }
}
