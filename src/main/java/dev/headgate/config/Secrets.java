// SPDX-License-Identifier: Apache-2.0
package dev.headgate.config;

import dev.headgate.call.Secret;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;

/** Reads the secrets that a configuration names. No message of it holds a value. */
final class Secrets {
    private static final int MAX_BYTES = 64 * 1024;
    private static final int MAX_PEM_BYTES = 2 * 1024 * 1024;
    private static final Pattern FITS_A_HEADER = Pattern.compile("[!-~]([ -~]*[!-~])?");

    private final Map<String, String> environment;
    private final FileView files;
    private final Fingerprint fingerprint;

    Secrets(Map<String, String> environment, FileView files, Fingerprint fingerprint) {
        this.environment = environment;
        this.files = files;
        this.fingerprint = fingerprint;
    }

    /** Why a secret cannot be used; {@code missing} is what {@code optional: true} forgives. */
    static final class Unavailable extends Exception {
        final boolean missing;

        private Unavailable(boolean missing, String message) {
            super(message, null, false, false);
            this.missing = missing;
        }

        String reason() {
            return String.valueOf(getMessage());
        }
    }

    /** The value, without one trailing newline if it comes from a file; always fit for an HTTP header. */
    Secret resolve(SecretRef ref) throws Unavailable {
        String value = switch (ref) {
            case SecretRef.Env env -> variable(env);
            case SecretRef.File file -> withoutNewline(content(file, MAX_BYTES));
        };
        if (!FITS_A_HEADER.matcher(value).matches()) {
            throw new Unavailable(
                    false,
                    "the secret in " + ref
                            + " is empty, begins or ends with a space, or holds line breaks or other characters that no header can carry");
        }
        fingerprint.secret(ref, value);
        return new Secret(value);
    }

    /** The text of a PEM file. */
    String pem(SecretRef.File ref) throws Unavailable {
        String text = content(ref, MAX_PEM_BYTES);
        if (!text.contains("-----BEGIN ")) {
            throw new Unavailable(false, ref + " is no PEM file");
        }
        fingerprint.secret(ref, text);
        return text;
    }

    private String variable(SecretRef.Env env) throws Unavailable {
        String value = environment.get(env.name());
        if (value == null || value.isEmpty()) {
            throw new Unavailable(
                    true, "environment variable " + env.name() + " is " + (value == null ? "not set" : "empty"));
        }
        return value;
    }

    private String content(SecretRef.File ref, int limit) throws Unavailable {
        try {
            byte[] bytes = files.read(Path.of(ref.path()), limit);
            if (bytes.length > limit) {
                throw new Unavailable(false, ref + " is larger than " + limit + " bytes");
            }
            return new String(bytes, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new Unavailable(true, ref + " does not exist or cannot be read");
        }
    }

    private static String withoutNewline(String text) {
        if (text.endsWith("\r\n")) {
            return text.substring(0, text.length() - 2);
        }
        return text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
    }
}
