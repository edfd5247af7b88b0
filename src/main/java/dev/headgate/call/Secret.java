// SPDX-License-Identifier: Apache-2.0
package dev.headgate.call;

/** A value that must never be printed: {@code toString} is {@code ***}, and only {@link #reveal} gives the text. */
public final class Secret {
    private final String value;

    public Secret(String value) {
        this.value = value;
    }

    /** The secret itself; the only callers are those that put it on the wire or hash it. */
    public String reveal() {
        return value;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Secret secret && secret.value.equals(value);
    }

    @Override
    public int hashCode() {
        return value.hashCode();
    }

    @Override
    public String toString() {
        return "***";
    }
}
