// SPDX-License-Identifier: Apache-2.0
package dev.headgate.admin;

import dev.headgate.call.Nearest;
import dev.headgate.config.Snapshot;
import dev.headgate.quota.Limit;
import dev.headgate.quota.LimitIds;
import dev.headgate.quota.Scope;
import dev.headgate.quota.TenantLimits;
import io.netty.util.NetUtil;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Finds what a request names in the running configuration; what is not there is answered with the names that are near. Pure. */
final class Names {
    private static final int SHOWN = 3;

    private Names() {}

    /** The limits of a tenant that exists, perhaps none. */
    static TenantLimits limits(Snapshot snapshot, String tenant) throws Refusal {
        TenantLimits limits = snapshot.limits().get(tenant);
        if (limits != null) {
            return limits;
        }
        Set<String> tenants = new TreeSet<>(snapshot.keys().tenants());
        if (!tenants.contains(tenant)) {
            tenants.addAll(snapshot.limits().keySet());
            throw unknown("tenant", tenant, tenants);
        }
        return new TenantLimits(tenant, ZoneOffset.UTC, List.of(), Map.of(), List.of(), List.of(), Map.of());
    }

    static void checkKey(Snapshot snapshot, String tenant, String key) throws Refusal {
        Set<String> names = snapshot.keys().names(tenant);
        if (!names.contains(key)) {
            throw unknown("key of " + tenant, key, names);
        }
    }

    static void checkRoute(Snapshot snapshot, String route) throws Refusal {
        Set<String> names = new TreeSet<>();
        snapshot.routes().all().forEach(known -> names.add(known.name()));
        if (!names.contains(route)) {
            throw unknown("route", route, names);
        }
    }

    /**
     * The limit with an id, on the user or the address that it is asked for.
     *
     * @param user whose limit it is, as clients write it; only with limits on each user
     * @param address the same for addresses
     */
    static Limit limit(TenantLimits limits, String id, @Nullable String user, @Nullable String address) throws Refusal {
        Limit found = LimitIds.find(limits, id);
        if (found == null) {
            List<String> near = LimitIds.nearest(limits, id);
            throw Refusal.wrong(
                    "Tenant " + limits.tenant() + " has no limit \"" + Form.shown(id) + "\"" + instead(near));
        }
        Scope.Type type = found.scope().type();
        if (user != null && type != Scope.Type.USER) {
            throw notEach(limits, id, "user");
        }
        if (address != null && type != Scope.Type.ADDRESS) {
            throw notEach(limits, id, "address");
        }
        return switch (type) {
            case USER -> new Limit(Scope.user(value(id, "user", user)), found.rule());
            case ADDRESS -> new Limit(Scope.address(address(value(id, "address", address))), found.rule());
            default -> found;
        };
    }

    private static Refusal notEach(TenantLimits limits, String id, String member) {
        return Refusal.wrong("%s is not counted for each %s: leave \"%s\" out, or name a limit that begins with %s/%s/."
                .formatted(id, member, member, member, limits.tenant()));
    }

    private static String value(String id, String member, @Nullable String value) throws Refusal {
        if (value == null) {
            throw Refusal.wrong(id + " is counted for each " + member + ": say which in \"" + member + "\".");
        }
        return value;
    }

    /** In the one form in which addresses are counted. */
    static String address(String written) throws Refusal {
        byte[] bytes = NetUtil.createByteArrayFromIpAddressString(written);
        if (bytes == null) {
            throw Refusal.wrong("\"" + Form.shown(written) + "\" is no address, such as 203.0.113.7 or 2001:db8::7.");
        }
        return NetUtil.bytesToIpAddress(bytes);
    }

    static Refusal unknown(String what, String name, Collection<String> names) {
        List<String> near = Nearest.of(name, names, SHOWN);
        return Refusal.wrong("There is no " + what + " called \"" + Form.shown(name) + "\"" + instead(near));
    }

    private static String instead(List<String> near) {
        return switch (near.size()) {
            case 0 -> ", and no other.";
            case 1 -> "; did you mean " + near.getFirst() + "?";
            default -> "; the nearest are " + String.join(", ", near) + ".";
        };
    }
}
