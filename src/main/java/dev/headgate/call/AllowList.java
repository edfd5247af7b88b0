// SPDX-License-Identifier: Apache-2.0
package dev.headgate.call;

import java.util.List;
import java.util.Set;

/** Names that a caller may use: exact ones, and prefixes written as {@code "cheap-*"}. Immutable. */
public final class AllowList {
    public static final AllowList ALL = new AllowList(Set.of(), List.of(""));

    private final Set<String> exact;
    private final List<String> prefixes;

    private AllowList(Set<String> exact, List<String> prefixes) {
        this.exact = exact;
        this.prefixes = prefixes;
    }

    /** From the words of {@code mayUse}: a trailing {@code *} makes a prefix. */
    public static AllowList of(List<String> names) {
        return new AllowList(
                names.stream().filter(n -> !n.endsWith("*")).collect(java.util.stream.Collectors.toUnmodifiableSet()),
                names.stream()
                        .filter(n -> n.endsWith("*"))
                        .map(n -> n.substring(0, n.length() - 1))
                        .toList());
    }

    public boolean allows(String name) {
        if (exact.contains(name)) {
            return true;
        }
        for (String prefix : prefixes) {
            if (name.startsWith(prefix)) {
                return true;
            }
        }
        return false;
    }
}
