// SPDX-License-Identifier: Apache-2.0
package dev.headgate.resilience;

import java.time.Duration;
import java.util.Arrays;

/**
 * Counts of several kinds over the recent past, in equal buckets of time that expire one by one. Takes the time from its caller. Not
 * thread-safe.
 */
final class SlidingCounts {
    private final long bucketNanos;
    private final long[] slots;
    private final long[][] counts;

    /**
     * Counts over {@code buckets} times {@code bucket}, the bucket that is being filled included.
     *
     * @param kinds how many things are counted; they are numbered from 0
     */
    SlidingCounts(Duration bucket, int buckets, int kinds) {
        this.bucketNanos = Math.max(1, bucket.toNanos());
        this.slots = new long[buckets];
        this.counts = new long[buckets][kinds];
        Arrays.fill(slots, Long.MIN_VALUE);
    }

    /** Adds to the bucket of a moment; without effect if that bucket has expired. */
    void add(int kind, long change, long atNanos) {
        long slot = slot(atNanos);
        int place = Math.floorMod(slot, slots.length);
        if (slots[place] < slot) {
            slots[place] = slot;
            Arrays.fill(counts[place], 0);
        }
        if (slots[place] == slot) {
            counts[place][kind] += change;
        }
    }

    /** Everything that has not expired. */
    long sum(int kind, long nowNanos) {
        long oldest = slot(nowNanos) - slots.length + 1;
        long sum = 0;
        for (int i = 0; i < slots.length; i++) {
            sum += slots[i] >= oldest ? counts[i][kind] : 0;
        }
        return sum;
    }

    /** What the bucket that is being filled holds. */
    long latest(int kind, long nowNanos) {
        long slot = slot(nowNanos);
        int place = Math.floorMod(slot, slots.length);
        return slots[place] == slot ? counts[place][kind] : 0;
    }

    private long slot(long nanos) {
        return Math.floorDiv(nanos, bucketNanos);
    }
}
