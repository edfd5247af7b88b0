// SPDX-License-Identifier: Apache-2.0
package dev.headgate.auth;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The revocations that this process knows, in memory: a lookup never waits. Thread-safe; nothing is ever taken out. */
public final class RevokedKeys {
    private final Map<String, Revocation> byDigest = new ConcurrentHashMap<>();

    /** @param digest of the key, in lower-case hex */
    public boolean contains(String digest) {
        return byDigest.containsKey(digest);
    }

    /** Takes in those that are not known; returns them. What is known stays as it is. */
    public List<Revocation> add(Collection<Revocation> revocations) {
        return revocations.stream()
                .filter(one -> byDigest.putIfAbsent(one.digest(), one) == null)
                .toList();
    }

    public List<Revocation> all() {
        return List.copyOf(byDigest.values());
    }

    /** Those of some digests; a digest that is not revoked is left out. */
    List<Revocation> of(Collection<String> digests) {
        return byDigest.values().stream()
                .filter(one -> digests.contains(one.digest()))
                .toList();
    }
}
