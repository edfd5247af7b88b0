// SPDX-License-Identifier: Apache-2.0
package dev.headgate.auth;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.random.RandomGenerator;
import java.util.zip.CRC32;

/**
 * The text of a key: {@code hg_}, 32 random base62 characters (190 bits), and 6 base62 digits of the CRC-32 of all that stands
 * before them. The checksum catches every change of one character and every swap of two neighbours, because CRC-32 detects all
 * error bursts of up to 32 bits; it lets a slip of the pen be told from a wrong key, and is no defence against a forger.
 */
public final class KeyFormat {
    public static final String PREFIX = "hg_";

    private static final String DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private static final int RANDOM = 32;
    private static final int CHECK = 6;
    private static final int CHECKED = PREFIX.length() + RANDOM;

    /** Characters of a whole key. */
    public static final int LENGTH = CHECKED + CHECK;

    private KeyFormat() {}

    /**
     * A new key.
     *
     * @param random a cryptographic source, whose bounded {@code nextInt} is without bias
     */
    public static String create(RandomGenerator random) {
        StringBuilder key = new StringBuilder(LENGTH).append(PREFIX);
        for (int i = 0; i < RANDOM; i++) {
            key.append(DIGITS.charAt(random.nextInt(DIGITS.length())));
        }
        long rest = checksum(key.toString());
        char[] check = new char[CHECK];
        for (int i = CHECK - 1; i >= 0; i--) {
            check[i] = DIGITS.charAt((int) (rest % DIGITS.length()));
            rest /= DIGITS.length();
        }
        return key.append(check).toString();
    }

    /** Whether a text has a key's prefix, length, alphabet and checksum. */
    public static boolean isWellFormed(String text) {
        if (text.length() != LENGTH || !text.startsWith(PREFIX)) {
            return false;
        }
        for (int i = PREFIX.length(); i < CHECKED; i++) {
            if (digit(text.charAt(i)) < 0) {
                return false;
            }
        }
        long stated = 0;
        for (int i = CHECKED; i < LENGTH; i++) {
            int digit = digit(text.charAt(i));
            if (digit < 0) {
                return false;
            }
            stated = stated * DIGITS.length() + digit;
        }
        return stated == checksum(text.substring(0, CHECKED));
    }

    /** The SHA-256 of a key in lower-case hex, as the configuration holds it. */
    public static String digest(String key) {
        return digest(key, sha256());
    }

    /** The same with a digest that the caller owns and reuses. */
    static String digest(String key, MessageDigest sha256) {
        return HexFormat.of().formatHex(sha256.digest(key.getBytes(StandardCharsets.UTF_8)));
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private static long checksum(String text) {
        CRC32 crc = new CRC32();
        crc.update(text.getBytes(StandardCharsets.US_ASCII));
        return crc.getValue();
    }

    private static int digit(char c) {
        if (c >= '0' && c <= '9') {
            return c - '0';
        }
        if (c >= 'A' && c <= 'Z') {
            return c - 'A' + 10;
        }
        return c >= 'a' && c <= 'z' ? c - 'a' + 36 : -1;
    }
}
