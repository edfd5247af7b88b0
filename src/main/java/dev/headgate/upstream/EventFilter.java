// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream;

import io.vertx.core.buffer.Buffer;

/**
 * Cuts the bytes of an event stream so that only whole events leave it, less those that its judge takes out, and nothing from the
 * event on at which the judge stops. An event that grows large leaves in pieces. Confined to the call's event loop.
 */
final class EventFilter implements SseScanner.Listener {
    /** Bytes; an event that grows beyond this (an image) is held back no longer. */
    static final int MAX_HELD = 64 * 1024;

    private static final Buffer NOTHING = Buffer.buffer();

    private final Judge judge;
    private final SseScanner scanner = new SseScanner(this);
    private Buffer held = Buffer.buffer();
    private boolean heldFlushed;
    private int eventsEnd;
    private int dropFrom;
    private int dropTo;
    private boolean drop;
    private int stopFrom;
    private boolean stopped;

    EventFilter(Judge judge) {
        this.judge = judge;
    }

    /** What becomes of an event. */
    enum Fate {
        KEEP,
        TAKE_OUT,
        /** Neither this event nor any after it is handed on. */
        STOP
    }

    /** Looks at every event, once, as its last byte arrives. */
    interface Judge {
        Fate event(byte[] bytes, int from, int to);

        /** Whether the beginning of an event that is too large to hold may be handed on before its end is there. */
        boolean mayLeave(byte[] bytes, int from, int to);
    }

    /** Whether the last byte that left ended an event. */
    boolean isBetweenEvents() {
        return !heldFlushed;
    }

    /** Takes the next bytes and gives those that may leave now, which may be none. */
    Buffer feed(Buffer plain) {
        Bytes bytes = Bytes.of(plain);
        drop = false;
        eventsEnd = bytes.from();
        scanner.feed(bytes.array(), bytes.from(), bytes.to());
        if (!drop && !stopped && held.length() == 0 && scanner.isBetweenEvents()) {
            return plain;
        }
        return stopped ? untilStop(bytes) : cut(bytes);
    }

    /** Takes what is left at the end of the stream for a last event, and gives it. */
    Buffer finish() {
        scanner.finish();
        Buffer last = stopped ? NOTHING : held;
        held = Buffer.buffer();
        return last;
    }

    private Buffer cut(Bytes bytes) {
        int whole = heldFlushed || scanner.isBetweenEvents() ? bytes.to() : eventsEnd;
        Buffer out = Buffer.buffer(held.length() + bytes.length());
        boolean heldDropped = drop && dropFrom < bytes.from();
        if (whole > bytes.from() || heldFlushed) {
            if (!heldDropped) {
                out.appendBuffer(held);
            }
            held = Buffer.buffer();
        }
        appendKept(out, bytes, whole);
        append(held, bytes, Math.max(whole, bytes.from()), bytes.to());
        if (held.length() > MAX_HELD) {
            flushHeld(out);
        }
        return out;
    }

    private Buffer untilStop(Bytes bytes) {
        Buffer out = Buffer.buffer();
        boolean heldDropped = drop && dropFrom < bytes.from();
        if (stopFrom >= bytes.from() && !heldDropped) {
            out.appendBuffer(held);
        }
        held = Buffer.buffer();
        appendKept(out, bytes, stopFrom);
        return out;
    }

    private void appendKept(Buffer out, Bytes bytes, int end) {
        if (drop) {
            append(out, bytes, bytes.from(), Math.max(bytes.from(), dropFrom));
            append(out, bytes, dropTo, Math.max(dropTo, end));
        } else {
            append(out, bytes, bytes.from(), end);
        }
    }

    private void flushHeld(Buffer out) {
        Bytes start = Bytes.of(held);
        if (judge.mayLeave(start.array(), start.from(), start.to())) {
            out.appendBuffer(held);
            heldFlushed = true;
        } else {
            stopped = true;
        }
        held = Buffer.buffer();
    }

    private static void append(Buffer out, Bytes bytes, int from, int to) {
        if (to > from) {
            out.appendBytes(bytes.array(), from, to - from);
        }
    }

    @Override
    public void event(byte[] bytes, int from, int to, int end) {
        if (stopped) {
            return;
        }
        switch (judge.event(bytes, from, to)) {
            case KEEP -> passed(end);
            case TAKE_OUT -> {
                takeOut(to - from, end);
                passed(end);
            }
            case STOP -> {
                stopped = true;
                stopFrom = end - (to - from);
            }
        }
    }

    @Override
    public void boundary(int end) {
        if (!stopped) {
            passed(end);
        }
    }

    private void passed(int end) {
        heldFlushed = false;
        eventsEnd = end;
    }

    private void takeOut(int length, int end) {
        if (heldFlushed) {
            return;
        }
        if (end >= 0) {
            drop = true;
            dropFrom = end - length;
            dropTo = end;
        } else {
            held = Buffer.buffer();
        }
    }
}
