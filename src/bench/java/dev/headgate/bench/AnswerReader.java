// SPDX-License-Identifier: Apache-2.0
package dev.headgate.bench;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Reads HTTP/1.1 answers off a connection, one after the other, and counts the events of their bodies. */
final class AnswerReader {
    private static final long DONE = 0x5b444f4e455dL; // "[DONE]" as a number
    private static final long DONE_MASK = 0xffff_ffff_ffffL;
    private static final int END_OF_HEAD = 0x0d0a0d0a;

    private final byte[] head = new byte[16 * 1024];
    private State state = State.HEAD;
    private int headLength;
    private int lastFour;
    private long remaining;
    private long lastBytes;
    private int status;
    private boolean closes;
    private int events;
    private boolean done;

    private enum State {
        HEAD,
        LENGTH,
        SIZE,
        CHUNK,
        CHUNK_END,
        TRAILER,
        COMPLETE
    }

    /** Takes what one answer needs of the bytes; returns whether it is complete now. */
    boolean feed(ByteBuffer in) {
        while (in.hasRemaining() && state != State.COMPLETE) {
            switch (state) {
                case HEAD -> head(in.get());
                case LENGTH, CHUNK -> body(in);
                case SIZE -> size(in.get());
                case CHUNK_END -> state = in.get() == '\n' ? State.SIZE : State.CHUNK_END;
                case TRAILER -> trailer(in.get());
                default -> throw new IllegalStateException(state.name());
            }
        }
        return state == State.COMPLETE;
    }

    void reset() {
        state = State.HEAD;
        headLength = 0;
        lastFour = 0;
        lastBytes = 0;
        status = 0;
        events = 0;
        done = false;
        closes = false;
    }

    int status() {
        return status;
    }

    /** Events that have ended so far, the one that says {@code [DONE]} included. */
    int events() {
        return events;
    }

    boolean sawDone() {
        return done;
    }

    boolean closes() {
        return closes;
    }

    private void head(byte b) {
        head[headLength++] = b;
        lastFour = lastFour << 8 | b & 0xff;
        if (lastFour != END_OF_HEAD) {
            return;
        }
        String text = new String(head, 0, headLength, StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT);
        status = Integer.parseInt(text.substring(9, 12));
        closes = text.contains("\r\nconnection: close");
        if (status == 100) {
            reset();
            return;
        }
        int length = text.indexOf("\r\ncontent-length:");
        if (length >= 0) {
            int end = text.indexOf('\r', length + 2);
            remaining = Long.parseLong(text.substring(length + 17, end).trim());
            state = remaining == 0 ? State.COMPLETE : State.LENGTH;
        } else if (text.contains("\r\ntransfer-encoding: chunked")) {
            remaining = 0;
            state = State.SIZE;
        } else {
            throw new IllegalStateException("an answer without length: " + text);
        }
    }

    private void size(byte b) {
        if (b == '\n') {
            lastFour = 0x0d0a;
            state = remaining == 0 ? State.TRAILER : State.CHUNK;
        } else if (b != '\r') {
            remaining = remaining * 16 + Character.digit(b, 16);
        }
    }

    private void trailer(byte b) {
        lastFour = lastFour << 8 | b & 0xff;
        if (lastFour == END_OF_HEAD) {
            state = State.COMPLETE;
        }
    }

    private void body(ByteBuffer in) {
        int take = (int) Math.min(remaining, in.remaining());
        for (int i = 0; i < take; i++) {
            byte b = in.get();
            if (b == '\n' && (lastBytes & 0xff) == '\n') {
                events++;
            }
            lastBytes = lastBytes << 8 | b & 0xff;
            if (b == ']' && (lastBytes & DONE_MASK) == DONE) {
                done = true;
            }
        }
        remaining -= take;
        if (remaining == 0) {
            state = state == State.LENGTH ? State.COMPLETE : State.CHUNK_END;
        }
    }
}
