// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream;

import java.util.Arrays;

/**
 * Finds the events of a server-sent event stream (WHATWG HTML, section 9.2) in bytes that are cut anywhere, without decoding them.
 * What is cut between two pieces is carried over; an event longer than {@link #MAX_EVENT} is passed over unseen.
 */
final class SseScanner {
    /** Bytes; images in a stream are the largest events there are. */
    static final int MAX_EVENT = 16 * 1024 * 1024;

    private final Listener listener;
    private byte[] carry = new byte[0];
    private int carried;
    private boolean lineEmpty = true;
    private boolean afterCr;
    private boolean inEvent;
    private boolean overlong;

    SseScanner(Listener listener) {
        this.listener = listener;
    }

    /** Takes the next bytes and tells the listener of every event that ends in them. */
    void feed(byte[] bytes, int from, int to) {
        int eventStart = from;
        for (int i = from; i < to; i++) {
            byte b = bytes[i];
            if (b != '\n' && b != '\r') {
                lineEmpty = false;
                afterCr = false;
                inEvent = true;
                continue;
            }
            if (b == '\n' && afterCr) {
                // The second half of a CRLF: it belongs to the line end before it.
                afterCr = false;
                if (!inEvent) {
                    eventStart = i + 1;
                    listener.boundary(i + 1);
                }
                continue;
            }
            afterCr = b == '\r';
            if (lineEmpty && inEvent) {
                end(bytes, eventStart, i + 1);
                eventStart = i + 1;
            } else if (!inEvent) {
                eventStart = i + 1;
                listener.boundary(i + 1);
            }
            lineEmpty = true;
        }
        keep(bytes, eventStart, to);
    }

    /** Treats what was carried as a last event; called at the end of the stream. */
    void finish() {
        if (carried > 0 && !overlong) {
            listener.event(carry, 0, carried, -1);
        }
        carried = 0;
        inEvent = false;
    }

    /** Whether the last byte ended an event, so that something may be written before the next one. */
    boolean isBetweenEvents() {
        return !inEvent;
    }

    private void end(byte[] bytes, int from, int to) {
        inEvent = false;
        if (overlong) {
            listener.boundary(to);
        } else if (carried > 0) {
            append(bytes, from, to);
            listener.event(carry, 0, carried, to);
        } else {
            listener.event(bytes, from, to, to);
        }
        carried = 0;
        overlong = false;
    }

    private void keep(byte[] bytes, int from, int to) {
        if (from >= to || overlong) {
            return;
        }
        if (carried + to - from > MAX_EVENT) {
            overlong = true;
            carried = 0;
            carry = new byte[0];
            return;
        }
        append(bytes, from, to);
    }

    private void append(byte[] bytes, int from, int to) {
        int length = to - from;
        if (carried + length > carry.length) {
            carry = Arrays.copyOf(carry, Math.max(256, Math.max(carry.length * 2, carried + length)));
        }
        System.arraycopy(bytes, from, carry, carried, length);
        carried += length;
    }

    /** Told of events as their last byte arrives. */
    interface Listener {
        /**
         * One event, its blank line included.
         *
         * @param end where the event ends in the piece that is being fed; -1 at the end of the stream
         */
        void event(byte[] bytes, int from, int to, int end);

        /** An empty line between events, or the end of an event that was too long to look at, ends here in the piece. */
        void boundary(int end);
    }
}
