// SPDX-License-Identifier: Apache-2.0
package dev.headgate.bench;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What came of the calls of one kind. Thread-safe. */
final class Outcomes {
    private final Percentiles latency = new Percentiles();
    private long sent;
    private long served;
    private long refused;
    private long broken;
    private long left;
    private long cut;
    private long hung;
    private @Nullable String firstHung;

    synchronized void sent() {
        sent++;
    }

    /** @param whole whether a stream came to its proper end */
    synchronized void answered(int status, boolean whole, long nanos) {
        if (status != 200) {
            refused++;
        } else if (whole) {
            served++;
            latency.record(nanos);
        } else {
            broken++;
        }
    }

    /** The client left first. */
    synchronized void left() {
        left++;
    }

    /** The connection ended before the answer did. */
    synchronized void cut() {
        cut++;
    }

    synchronized void hung(String id) {
        hung++;
        firstHung = firstHung == null ? id : firstHung;
    }

    synchronized long count() {
        return sent;
    }

    synchronized long served() {
        return served;
    }

    synchronized long hung() {
        return hung;
    }

    /** Of those that were served. */
    synchronized double millis(double share) {
        return latency.millis(share);
    }

    @Override
    public synchronized String toString() {
        return String.format(
                Locale.ROOT,
                "%,d sent: %,d served, %,d got an error status, %,d an error in a stream, %,d were cut, %,d left, %d hung%s",
                sent,
                served,
                refused,
                broken,
                cut,
                left,
                hung,
                firstHung == null ? "" : " (first: " + firstHung + ")");
    }
}
