// SPDX-License-Identifier: Apache-2.0
package dev.headgate.config;

import java.util.regex.Pattern;

/** Where a secret is, not what it is: {@code env:NAME} or {@code file:/path}. */
sealed interface SecretRef {
    Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

    record Env(String name) implements SecretRef {
        @Override
        public String toString() {
            return "env:" + name;
        }
    }

    record File(String path) implements SecretRef {
        @Override
        public String toString() {
            return "file:" + path;
        }
    }

    /** Never says the text that it refuses: it may be the secret itself. */
    static SecretRef parse(String text) throws Mismatch {
        if (text.startsWith("env:") && NAME.matcher(text.substring(4)).matches()) {
            return new Env(text.substring(4));
        }
        if (text.matches("file:/[^\\p{Cntrl}]+")) {
            return new File(text.substring(5));
        }
        throw new Mismatch(
                ProblemCode.PLAIN_SECRET,
                "env:NAME or file:/absolute/path, never the secret itself",
                "put the secret into an environment variable or a file");
    }

    static File parseFile(String text) throws Mismatch {
        if (text.matches("file:/[^\\p{Cntrl}]+")) {
            return new File(text.substring(5));
        }
        throw new Mismatch("file:/absolute/path");
    }
}
