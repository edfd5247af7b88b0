// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream;

import io.vertx.core.buffer.Buffer;
import java.util.Arrays;
import java.util.Locale;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * Inflates gzip (RFC 1952) and deflate (RFC 1950) piece by piece. Bounded: no piece may grow to more than {@link #MAX_PIECE}, which
 * stops compression bombs.
 */
final class Inflation implements AutoCloseable {
    /** Bytes that all output together may reach when an answer is inflated for the account only. */
    static final int MAX_PIECE = 16 * 1024 * 1024;

    private static final int FIXED_HEADER = 10;

    private final Inflater inflater;
    private byte[] header = new byte[0];
    private boolean headerDone;
    private boolean finished;

    private Inflation(boolean gzip) {
        this.inflater = new Inflater(gzip);
        this.headerDone = !gzip;
    }

    /** For a content encoding, or null if it is none that can be inflated here ({@code br}, {@code zstd}). */
    static @Nullable Inflation of(String contentEncoding) {
        return switch (contentEncoding.trim().toLowerCase(Locale.ROOT)) {
            case "gzip", "x-gzip" -> new Inflation(true);
            case "deflate" -> new Inflation(false);
            default -> null;
        };
    }

    /** Inflates the next piece; what comes after the end of the compressed data is ignored. */
    Buffer inflate(byte[] bytes, int from, int to) throws DataFormatException {
        int start = from;
        byte[] input = bytes;
        int end = to;
        if (!headerDone) {
            header = concat(header, bytes, from, to);
            int length = gzipHeaderLength(header);
            if (length < 0) {
                return Buffer.buffer();
            }
            headerDone = true;
            input = header;
            start = length;
            end = header.length;
            header = new byte[0];
        }
        if (finished) {
            return Buffer.buffer();
        }
        return run(input, start, end);
    }

    private Buffer run(byte[] input, int start, int end) throws DataFormatException {
        inflater.setInput(input, start, end - start);
        Buffer out = Buffer.buffer();
        byte[] chunk = new byte[8192];
        while (!inflater.needsInput() && !inflater.finished()) {
            int n = inflater.inflate(chunk);
            if (n == 0 && inflater.needsDictionary()) {
                throw new DataFormatException("a preset dictionary is needed");
            }
            out.appendBytes(chunk, 0, n);
            if (out.length() > MAX_PIECE) {
                throw new DataFormatException("inflates to more than " + MAX_PIECE + " bytes");
            }
        }
        finished = inflater.finished();
        return out;
    }

    /** The length of the gzip member header, or -1 while it is not wholly there. */
    private static int gzipHeaderLength(byte[] h) throws DataFormatException {
        if (h.length < FIXED_HEADER) {
            return -1;
        }
        if ((h[0] & 0xff) != 0x1f || (h[1] & 0xff) != 0x8b || h[2] != 8) {
            throw new DataFormatException("not gzip");
        }
        int flags = h[3];
        int at = FIXED_HEADER;
        if ((flags & 4) != 0) {
            if (h.length < at + 2) {
                return -1;
            }
            at += 2 + (h[at] & 0xff) + ((h[at + 1] & 0xff) << 8);
        }
        for (int flag : new int[] {8, 16}) {
            if ((flags & flag) != 0) {
                while (at < h.length && h[at] != 0) {
                    at++;
                }
                at++;
            }
        }
        if ((flags & 2) != 0) {
            at += 2;
        }
        return at <= h.length ? at : -1;
    }

    private static byte[] concat(byte[] head, byte[] bytes, int from, int to) {
        byte[] all = Arrays.copyOf(head, head.length + to - from);
        System.arraycopy(bytes, from, all, head.length, to - from);
        return all;
    }

    @Override
    public void close() {
        inflater.end();
    }
}
