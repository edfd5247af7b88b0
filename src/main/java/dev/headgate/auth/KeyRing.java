// SPDX-License-Identifier: Apache-2.0
package dev.headgate.auth;

import dev.headgate.call.Principal;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
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

    /** The digests of the key with this name: two while it is rotated, none if there is no such key. */
    public Set<String> digests(String tenant, String key) {
        Set<String> digests = new TreeSet<>();
        byDigest.forEach((digest, candidate) -> {
            Principal principal = candidate.principal();
            if (principal.tenant().equals(tenant) && principal.key().equals(key)) {
                digests.add(digest);
            }
        });
        return digests;
    }

    /** The tenants that have a key. */
    public Set<String> tenants() {
        return byDigest.values().stream().map(key -> key.principal().tenant()).collect(Collectors.toSet());
    }

    /** The names of a tenant's keys. */
    public Set<String> names(String tenant) {
        return byDigest.values().stream()
                .map(GatewayKey::principal)
                .filter(principal -> principal.tenant().equals(tenant))
                .map(Principal::key)
                .collect(Collectors.toSet());
    }

    /** Whether there is a tenant that keeps objects at backends. */
    public boolean anyKeepsObjects() {
        return byDigest.values().stream().anyMatch(key -> key.principal().objects());
    }

    public int size() {
        return byDigest.size();
    }
}
