// SPDX-License-Identifier: Apache-2.0
package dev.headgate.bench;

/** A histogram of durations with a relative error of at most 1/32: 32 linear buckets in each power of two of nanoseconds. */
final class Percentiles {
    private static final int SUB_BITS = 5;
    private static final int SUB = 1 << SUB_BITS;

    private final long[] counts = new long[64 * SUB];
    private long total;

    void record(long nanos) {
        counts[bucket(Math.max(1, nanos))]++;
        total++;
    }

    long total() {
        return total;
    }

    /** Milliseconds that {@code share} (0 to 1) of the durations do not exceed; 0 if there are none. */
    double millis(double share) {
        long wanted = (long) Math.ceil(total * share);
        long seen = 0;
        for (int i = 0; i < counts.length; i++) {
            seen += counts[i];
            if (seen >= wanted && seen > 0) {
                return upper(i) / 1e6;
            }
        }
        return 0;
    }

    private static int bucket(long nanos) {
        int power = 63 - Long.numberOfLeadingZeros(nanos);
        int shift = Math.max(0, power - SUB_BITS);
        return shift * SUB + (int) (nanos >>> shift);
    }

    private static double upper(int bucket) {
        int shift = Math.max(0, bucket / SUB - 1);
        return (double) ((long) (bucket - shift * SUB + 1) << shift);
    }
}
