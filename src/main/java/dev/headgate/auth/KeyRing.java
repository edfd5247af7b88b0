// SPDX-License-Identifier: Apache-2.0
package dev.headgate.auth;

import dev.headgate.call.Principal;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** All keys of a snapshot by their SHA-256 digest in lower-case hex. Immutable. */
public final class KeyRing {
    private final Map<String, GatewayKey> byDigest;

    public KeyRing(Map<String, GatewayKey> byDigest) {
        this.byDigest = Map.copyOf(byDigest);
    }

    /** The key with this digest if it has not expired. Looking up a digest leaks no timing of the key itself. */
    public @Nullable GatewayKey find(String digest, Instant now) {
        GatewayKey key = byDigest.get(digest);
        return key != null && key.isValidAt(now) ? key : null;
    }

    /** The key with this name, valid or not, for tools that explain; a walk over all keys. */
    public @Nullable GatewayKey named(String tenant, String key) {
        for (GatewayKey candidate : byDigest.values()) {
            Principal principal = candidate.principal();
            if (principal.tenant().equals(tenant) && principal.key().equals(key)) {
                return candidate;
            }
        }
        return null;
    }

    /** Whether there is a tenant that keeps objects at backends. */
    public boolean anyKeepsObjects() {
        return byDigest.values().stream().anyMatch(key -> key.principal().objects());
    }

    public int size() {
        return byDigest.size();
    }
}
