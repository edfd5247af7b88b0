// SPDX-License-Identifier: Apache-2.0
package dev.headgate.store.local;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.headgate.metering.UsageOrigin;
import dev.headgate.metering.UsagePart;
import dev.headgate.metering.UsageRow;
import dev.headgate.metering.UsageSum;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Records on their way to the disk. Any thread puts them in; all the rest is done by the disk's one thread. */
final class UsageQueue {
    private final Queue<Write> records = new ConcurrentLinkedQueue<>();
    /** Calls that were only counted, added up: they take no more room however long the disk is away, or hangs. */
    private final Map<UsageRow.Label, UsageSum> counted = new ConcurrentHashMap<>();

    private final AtomicInteger waiting = new AtomicInteger();

    // Touched by the disk's one thread only.
    private final Deque<Write> kept = new ArrayDeque<>();
    /** What was counted and taken. */
    private final Map<UsageRow.Label, UsageSum> sums = new HashMap<>();

    void put(Write write) {
        records.add(write);
        waiting.incrementAndGet();
    }

    void count(UsageOrigin origin, List<UsagePart> parts) {
        for (UsagePart part : parts) {
            counted.merge(new UsageRow.Label(origin, part.model()), part.sum(), UsageSum::plus);
        }
    }

    /** Records that the disk does not have, without those that were only counted. */
    int waiting() {
        return waiting.get();
    }

    /** Takes what was put in so far. */
    void take() {
        for (Write write = records.poll(); write != null; write = records.poll()) {
            kept.add(write);
        }
        for (UsageRow.Label label : List.copyOf(counted.keySet())) {
            UsageSum sum = counted.remove(label);
            if (sum != null) {
                sums.merge(label, sum, UsageSum::plus);
            }
        }
    }

    /** How many lines all that was taken is. */
    int size() {
        return kept.size() + sums.size();
    }

    ByteBuffer lines() {
        StringBuilder lines = new StringBuilder();
        kept.forEach(write -> lines.append(write.line.get()));
        rows("").forEach(row -> lines.append(UsageLine.row(row)));
        return ByteBuffer.wrap(lines.toString().getBytes(US_ASCII));
    }

    /** What was counted and is not on the disk. */
    List<UsageRow> rows(String fromDay) {
        List<UsageRow> rows = new ArrayList<>(sums.size());
        sums.forEach((label, sum) -> {
            if (label.origin().day().compareTo(fromDay) >= 0) {
                rows.add(new UsageRow(label, sum));
            }
        });
        return rows;
    }

    /** The disk has all of it. */
    void written(UsageBook book) {
        kept.forEach(write -> write.happen(book));
        waiting.addAndGet(-kept.size());
        kept.clear();
        rows("").forEach(book::add);
        sums.clear();
    }

    /** The disk did not take it: it waits on, except calls whose beginning was to be confirmed by the disk. */
    void failed(IOException cause) {
        kept.removeIf(write -> {
            boolean drop = write.fail(cause);
            if (drop) {
                waiting.decrementAndGet();
            }
            return drop;
        });
    }

    /** What a record changes. */
    @FunctionalInterface
    interface Change {
        void in(UsageBook book);
    }

    /** One record; its state belongs to the disk's thread. */
    static final class Write {
        private final Supplier<String> line;
        private final Change change;
        private final boolean refusable;
        private boolean done;
        private @Nullable IOException failure;

        /** @param line made on the disk's thread, because it takes longer than to note what it says */
        Write(Supplier<String> line, Change change, boolean refusable) {
            this.line = line;
            this.change = change;
            this.refusable = refusable;
        }

        /** Whether the disk was tried. */
        boolean isDone() {
            return done;
        }

        /** Why the disk did not take it, or null. */
        @Nullable
        IOException failure() {
            return failure;
        }

        private void happen(UsageBook book) {
            done = true;
            failure = null;
            change.in(book);
        }

        /** Tells its caller; returns whether it is given up. */
        private boolean fail(IOException cause) {
            done = true;
            failure = new IOException("The usage journal cannot be written: " + cause.getMessage(), cause);
            return refusable;
        }
    }
}
