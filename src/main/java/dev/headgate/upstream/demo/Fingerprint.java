// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream.demo;

import io.vertx.core.buffer.Buffer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** What stands for chance in the demo backend: the same bytes give the same ids, vectors and pictures. */
record Fingerprint(String hex) {
    static Fingerprint of(Buffer bytes) {
        return of(bytes.getBytes());
    }

    static Fingerprint of(String text) {
        return of(text.getBytes(StandardCharsets.UTF_8));
    }

    private static Fingerprint of(byte[] bytes) {
        try {
            return new Fingerprint(HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** An id like {@code chatcmpl-1f0c…}. */
    String id(String prefix) {
        return prefix + hex.substring(0, 24);
    }

    long seed() {
        return ByteBuffer.wrap(HexFormat.of().parseHex(hex, 0, 16)).getLong();
    }
}
