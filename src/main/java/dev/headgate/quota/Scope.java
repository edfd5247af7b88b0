// SPDX-License-Identifier: Apache-2.0
package dev.headgate.quota;

import dev.headgate.call.AddressRange;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;

/**
 * Whom a limit is counted for, within one tenant.
 *
 * @param name the key, the route, a digest of the user or the address' network; empty for the tenant itself
 */
public record Scope(Type type, String name) {
    /** The kinds of scopes. */
    public enum Type {
        TENANT("tenant", false),
        KEY("key", false),
        ROUTE("route", false),
        USER("user", true),
        ADDRESS("address", true);

        private final String word;
        private final boolean open;

        Type(String word, boolean open) {
            this.word = word;
            this.open = open;
        }

        public String word() {
            return word;
        }

        /** Whether clients bring the values, so that their number must be bounded. */
        public boolean isOpen() {
            return open;
        }
    }

    private static final Scope TENANT = new Scope(Type.TENANT, "");
    private static final int DIGEST_BYTES = 16;

    public static Scope tenant() {
        return TENANT;
    }

    /** @param key the key's name within its tenant */
    public static Scope key(String key) {
        return new Scope(Type.KEY, key);
    }

    /** The tenant's calls of one route. */
    public static Scope route(String route) {
        return new Scope(Type.ROUTE, route);
    }

    /** @param user as the client wrote it; only its digest is kept, because it may be long, and somebody's name */
    public static Scope user(String user) {
        return new Scope(Type.USER, digest(user));
    }

    /** @param address of the client; those of one IPv6 network (/64) are one, because a single machine may use all of them */
    public static Scope address(String address) {
        return new Scope(Type.ADDRESS, digest(AddressRange.network(address)));
    }

    /** The one bucket of all values beyond the bound. */
    public Scope shared() {
        return new Scope(type, "*");
    }

    /** Unique within the tenant. */
    public String path() {
        return type == Type.TENANT ? type.word : type.word + '/' + name;
    }

    private static String digest(String value) {
        try {
            byte[] whole = MessageDigest.getInstance("SHA-256").digest(value.getBytes(StandardCharsets.UTF_8));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(whole, DIGEST_BYTES));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
