// SPDX-License-Identifier: Apache-2.0
package dev.headgate.metering;

import org.jspecify.annotations.Nullable;

/**
 * Width and height of a picture in pixels, out of the first bytes of its base64 text: PNG, JPEG, GIF and WebP, after their
 * specifications. Only the bytes that are asked for are decoded.
 */
record ImageSize(int width, int height) {
    private static final int MOST_SEGMENTS = 500;

    /** Null if it is none of these, or says no size where it should. */
    static @Nullable ImageSize read(byte[] text, int from, int to) {
        Base64Bytes bytes = new Base64Bytes(text, from, to);
        if (bytes.startsWith(0, "\u0089PNG")) {
            return checked(bytes.big(16, 4), bytes.big(20, 4));
        } else if (bytes.startsWith(0, "GIF8")) {
            return checked(bytes.little(6, 2), bytes.little(8, 2));
        } else if (bytes.startsWith(0, "RIFF") && bytes.startsWith(8, "WEBP")) {
            return webp(bytes);
        }
        return bytes.big(0, 2) == 0xFFD8 ? jpeg(bytes) : null;
    }

    private static @Nullable ImageSize webp(Base64Bytes bytes) {
        if (bytes.startsWith(12, "VP8X")) {
            return checked(bytes.little(24, 3) + 1, bytes.little(27, 3) + 1);
        } else if (bytes.startsWith(12, "VP8L")) {
            long both = bytes.little(21, 4);
            return checked((both & 0x3FFF) + 1, (both >> 14 & 0x3FFF) + 1);
        } else if (bytes.startsWith(12, "VP8 ")) {
            return checked(bytes.little(26, 2) & 0x3FFF, bytes.little(28, 2) & 0x3FFF);
        }
        return null;
    }

    /** Goes from segment to segment until one that begins a frame, which says the size. */
    private static @Nullable ImageSize jpeg(Base64Bytes bytes) {
        long at = 2;
        for (int i = 0; i < MOST_SEGMENTS && bytes.at(at) == 0xFF; i++) {
            int marker = bytes.at(at + 1);
            if (marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC) {
                return checked(bytes.big(at + 7, 2), bytes.big(at + 5, 2));
            }
            long length = bytes.big(at + 2, 2);
            if (length < 2) {
                return null;
            }
            at += 2 + length;
        }
        return null;
    }

    private static @Nullable ImageSize checked(long width, long height) {
        boolean sane = width > 0 && height > 0 && width < 1 << 24 && height < 1 << 24;
        return sane ? new ImageSize((int) width, (int) height) : null;
    }

    /** Bytes of a base64 text by their index; -1 where there are none. */
    private static final class Base64Bytes {
        private final byte[] text;
        private final int from;
        private final int to;

        Base64Bytes(byte[] text, int from, int to) {
            this.text = text;
            this.from = from;
            this.to = to;
        }

        int at(long index) {
            long first = from + index / 3 * 4 + index % 3;
            if (index < 0 || first + 1 >= to) {
                return -1;
            }
            int left = digit(text[(int) first]);
            int right = digit(text[(int) first + 1]);
            if (left < 0 || right < 0) {
                return -1;
            }
            return switch ((int) (index % 3)) {
                case 0 -> left << 2 | right >> 4;
                case 1 -> (left & 15) << 4 | right >> 2;
                default -> (left & 3) << 6 | right;
            };
        }

        long big(long index, int count) {
            long value = 0;
            for (int i = 0; i < count; i++) {
                int next = at(index + i);
                if (next < 0) {
                    return -1;
                }
                value = value << 8 | next;
            }
            return value;
        }

        long little(long index, int count) {
            long value = 0;
            for (int i = count - 1; i >= 0; i--) {
                int next = at(index + i);
                if (next < 0) {
                    return -1;
                }
                value = value << 8 | next;
            }
            return value;
        }

        boolean startsWith(long index, String bytes) {
            for (int i = 0; i < bytes.length(); i++) {
                if (at(index + i) != bytes.charAt(i)) {
                    return false;
                }
            }
            return true;
        }

        private static int digit(byte c) {
            if (c >= 'A' && c <= 'Z') {
                return c - 'A';
            } else if (c >= 'a' && c <= 'z') {
                return c - 'a' + 26;
            } else if (c >= '0' && c <= '9') {
                return c - '0' + 52;
            }
            return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
        }
    }
}
