// SPDX-License-Identifier: Apache-2.0
package dev.headgate.config;

import dev.headgate.auth.GatewayKey;
import dev.headgate.auth.KeyRing;
import dev.headgate.call.AllowList;
import dev.headgate.call.Nearest;
import dev.headgate.call.Principal;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Tenants and their keys to a {@link KeyRing}. */
final class TenantCompiler {
    private final Set<String> routes;
    private final Instant now;
    private final Problems problems;
    private final Map<String, GatewayKey> keys = new HashMap<>();
    private final Map<String, Span> digests = new HashMap<>();

    /**
     * @param routes declared names and patterns
     * @param now to warn of keys that have expired
     */
    TenantCompiler(Set<String> routes, Instant now, Problems problems) {
        this.routes = routes;
        this.now = now;
        this.problems = problems;
    }

    KeyRing compile(Declared<RoutesFile.Tenant> tenants) {
        for (Table.Row<RoutesFile.Tenant> row : tenants.rows()) {
            if (row.value() != null) {
                tenant(row.name(), row.value());
            }
        }
        return new KeyRing(keys);
    }

    private void tenant(String name, RoutesFile.Tenant words) {
        List<At<String>> mayUse = words.mayUse();
        if (mayUse != null) {
            mayUse.forEach(this::checkMayUse);
        }
        AllowList allowed = mayUse == null
                ? AllowList.ALL
                : AllowList.of(mayUse.stream().map(At::value).toList());
        for (Table.Row<RoutesFile.Tenant.Key> row : words.keys().rows()) {
            RoutesFile.Tenant.Key key = row.value();
            if (key != null) {
                Principal principal = new Principal(
                        name,
                        row.name(),
                        labels(key.labels()),
                        allowed,
                        words.objects() != null,
                        words.spend() != null,
                        false,
                        key.priority(),
                        words.weight());
                Instant expires = expires(principal, key);
                key.sha256().forEach(digest -> key(principal, digest, expires));
            }
        }
    }

    private void checkMayUse(At<String> name) {
        String written = name.value();
        boolean prefix = written.endsWith("*");
        String literal = prefix ? written.substring(0, written.length() - 1) : written;
        if (literal.contains("*")) {
            problems.error(ProblemCode.MAY_USE, name.at(), "a * can only stand at the end", null, null);
        } else if (routes.stream().noneMatch(route -> answers(route, literal, prefix))) {
            String near = Nearest.to(written, routes);
            problems.error(
                    ProblemCode.MAY_USE,
                    name.at(),
                    "no route answers \"" + written + "\"",
                    null,
                    near == null ? null : "did you mean \"" + near + "\"?");
        }
    }

    private static boolean answers(String route, String literal, boolean prefix) {
        if (route.endsWith("*")) {
            String start = route.substring(0, route.length() - 1);
            return literal.startsWith(start) || (prefix && start.startsWith(literal));
        }
        return prefix ? route.startsWith(literal) : route.equals(literal);
    }

    private void key(Principal principal, At<String> digest, @Nullable Instant expires) {
        String hex = digest.value().toLowerCase(Locale.ROOT);
        if (!hex.matches("[0-9a-f]{64}")) {
            problems.error(
                    ProblemCode.DIGEST,
                    digest.at(),
                    "expected the SHA-256 of a key, 64 hexadecimal digits; found " + hex.length() + " characters",
                    null,
                    "headgate keys create prints the line to paste; the key itself never stands here");
            problems.hide(digest.at());
            return;
        }
        Span first = digests.putIfAbsent(hex, digest.at());
        if (first != null) {
            problems.error(
                    ProblemCode.SAME_DIGEST,
                    digest.at(),
                    "this digest is given twice; a key belongs to one name",
                    "first at " + first.seenFrom(digest.at()),
                    null);
        }
        keys.put(hex, new GatewayKey(principal, expires));
    }

    private @Nullable Instant expires(Principal principal, RoutesFile.Tenant.Key key) {
        if (key.expires() == null) {
            return null;
        }
        Instant end = key.expires().value().atStartOfDay(ZoneOffset.UTC).toInstant();
        if (!now.isBefore(end)) {
            problems.warning(
                    ProblemCode.EXPIRED,
                    key.expires().at(),
                    "key \"" + principal.key() + "\" of tenant \"" + principal.tenant() + "\" has expired",
                    null,
                    null);
        }
        return end;
    }

    private static Map<String, String> labels(Table<At<String>> table) {
        Map<String, String> labels = new LinkedHashMap<>();
        for (Table.Row<At<String>> row : table.rows()) {
            if (row.value() != null) {
                labels.put(row.name(), row.value().value());
            }
        }
        return Map.copyOf(labels);
    }
}
