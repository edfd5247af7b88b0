// SPDX-License-Identifier: Apache-2.0
package dev.headgate.config;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/** SHA-256 over everything that a snapshot was made of: every file's bytes and every secret's digest, by name. */
final class Fingerprint {
    private final Map<String, byte[]> parts = new TreeMap<>();

    void file(String name, byte[] bytes) {
        parts.put("file " + name, bytes);
    }

    /** Only a digest of the secret is kept. */
    void secret(SecretRef ref, String value) {
        parts.put("secret " + ref, sha256().digest(value.getBytes(StandardCharsets.UTF_8)));
    }

    /** 64 hexadecimal digits; the first six are the revision that people see. */
    String hex() {
        MessageDigest digest = sha256();
        parts.forEach((name, bytes) -> {
            byte[] label = name.getBytes(StandardCharsets.UTF_8);
            digest.update(ByteBuffer.allocate(8)
                    .putInt(label.length)
                    .putInt(bytes.length)
                    .array());
            digest.update(label);
            digest.update(bytes);
        });
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
