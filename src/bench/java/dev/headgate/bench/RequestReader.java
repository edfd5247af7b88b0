// SPDX-License-Identifier: Apache-2.0
package dev.headgate.bench;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Reads HTTP/1.1 requests with a content length, of whose body only the first bytes are kept. */
final class RequestReader {
    private static final int KEPT = 2_048;
    private static final int END_OF_HEAD = 0x0d0a0d0a;

    private final byte[] head = new byte[16 * 1024];
    private final byte[] body = new byte[KEPT];
    private int headLength;
    private int kept;
    private int lastFour;
    private long remaining = -1;

    /** Takes the bytes of one request; returns whether it is complete. */
    boolean feed(ByteBuffer in) {
        while (remaining < 0 && in.hasRemaining()) {
            byte b = in.get();
            head[headLength++] = b;
            lastFour = lastFour << 8 | b & 0xff;
            if (lastFour == END_OF_HEAD) {
                remaining = length();
            }
        }
        if (remaining > 0) {
            int take = (int) Math.min(remaining, in.remaining());
            int keep = Math.min(take, KEPT - kept);
            in.get(body, kept, keep);
            in.position(in.position() + take - keep);
            kept += keep;
            remaining -= take;
        }
        return remaining == 0;
    }

    StreamPlan plan() {
        String line = new String(head, 0, Math.min(headLength, 256), StandardCharsets.ISO_8859_1);
        return StreamPlan.of(
                line.substring(0, line.indexOf('\r')), new String(body, 0, kept, StandardCharsets.ISO_8859_1));
    }

    void reset() {
        headLength = 0;
        kept = 0;
        lastFour = 0;
        remaining = -1;
    }

    private long length() {
        String text = new String(head, 0, headLength, StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT);
        int at = text.indexOf("\r\ncontent-length:");
        return at < 0
                ? 0
                : Long.parseLong(
                        text.substring(at + 17, text.indexOf('\r', at + 2)).trim());
    }
}
