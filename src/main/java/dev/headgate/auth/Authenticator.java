// SPDX-License-Identifier: Apache-2.0
package dev.headgate.auth;

import dev.headgate.call.Principal;
import java.security.MessageDigest;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Finds out who is calling from the request head alone. Holds a reused {@link MessageDigest}, so an instance belongs to one
 * event loop; it is cheap enough to be made anew for each snapshot.
 */
public final class Authenticator {
    /** Longer header values are refused unread; a key with its scheme takes under 50 characters. */
    static final int MAX_HEADER = 512;

    private static final String SCHEME = "Bearer";
    private static final String MISSING =
            "No API key was sent. Send your Headgate key as \"Authorization: Bearer hg_...\" or as \"api-key: hg_...\".";
    private static final String NOT_BEARER =
            "The Authorization header must be \"Bearer\", one space and your Headgate key: \"Authorization: Bearer hg_...\".";
    private static final String FOREIGN =
            "This is not a Headgate key: those begin with \"hg_\". A vendor's own key belongs in the gateway's configuration.";
    private static final String MALFORMED =
            "The API key has a typing error or is incomplete: a Headgate key is \"hg_\" and 38 letters and digits,"
                    + " the last six of which are a checksum.";
    private static final String UNKNOWN = "The API key is unknown or has expired.";
    private static final String REVOKED = "The API key was revoked: it is not accepted any more. Ask for a new one.";

    private final @Nullable KeyRing keys;
    private final RevokedKeys revoked;
    private final MessageDigest sha256 = KeyFormat.sha256();

    private Authenticator(@Nullable KeyRing keys, RevokedKeys revoked) {
        this.keys = keys;
        this.revoked = revoked;
    }

    /** Accepts the valid keys of a ring but for those that are revoked when they are sent. */
    public static Authenticator requiring(KeyRing keys, RevokedKeys revoked) {
        return new Authenticator(keys, revoked);
    }

    /** Accepts everybody as {@link Principal#ANONYMOUS}, whatever key they send. */
    public static Authenticator open() {
        return new Authenticator(null, new RevokedKeys());
    }

    /**
     * Decides about one request.
     *
     * @param authorization the Authorization header (RFC 6750); the scheme's case does not matter (RFC 9110, 11.1)
     * @param apiKey the {@code api-key} or {@code x-api-key} header, read only if there is no Authorization header
     */
    public Outcome authenticate(@Nullable String authorization, @Nullable String apiKey, Instant now) {
        if (keys == null) {
            return Accepted.ANYBODY;
        }
        String header = authorization == null ? apiKey : authorization;
        if (header == null) {
            return new Refused(MISSING);
        }
        if (header.length() > MAX_HEADER) {
            return new Refused(MALFORMED);
        }
        String key = authorization == null ? header.trim() : bearerToken(header.trim());
        return key == null ? new Refused(NOT_BEARER) : lookUp(keys, key, now);
    }

    private Outcome lookUp(KeyRing ring, String key, Instant now) {
        if (key.isEmpty()) {
            return new Refused(MISSING);
        }
        if (!KeyFormat.isWellFormed(key)) {
            return new Refused(key.startsWith(KeyFormat.PREFIX) ? MALFORMED : FOREIGN);
        }
        String digest = KeyFormat.digest(key, sha256);
        if (revoked.contains(digest)) {
            return new Refused(REVOKED);
        }
        GatewayKey found = ring.find(digest, now);
        return found == null ? new Refused(UNKNOWN) : new Accepted(found.principal());
    }

    /** The token of a Bearer header, empty if it has none, or null if the header is of another scheme. */
    private static @Nullable String bearerToken(String text) {
        if (!text.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            return null;
        }
        if (text.length() == SCHEME.length()) {
            return "";
        }
        return text.charAt(SCHEME.length()) == ' '
                ? text.substring(SCHEME.length()).trim()
                : null;
    }

    /** What came of it. */
    public sealed interface Outcome {}

    public record Accepted(Principal principal) implements Outcome {
        private static final Accepted ANYBODY = new Accepted(Principal.ANONYMOUS);
    }

    /** @param message for the caller; says what to mend and never repeats what was sent */
    public record Refused(String message) implements Outcome {}
}
