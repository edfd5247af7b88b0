// SPDX-License-Identifier: Apache-2.0
package dev.headgate.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.headgate.call.Principal;
import dev.headgate.quota.Limit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where a tenant's limits stand in a running gateway.
 *
 * @param exact whether the store answers that counts for all replicas
 * @param revision of the configuration that runs
 * @param byId as {@code /admin/limits} shows each
 */
record LiveLimits(boolean exact, String revision, Map<String, JsonNode> byId) {

    /** Of all keys and routes, because the running gateway may not know those of the given files. */
    static LiveLimits ask(AdminClient gateway, String tenant, @Nullable String user, @Nullable String address) {
        Map<String, @Nullable String> parameters = new LinkedHashMap<>();
        parameters.put("tenant", tenant);
        parameters.put("user", user);
        parameters.put("address", address);
        return of(gateway.get("/admin/limits", parameters));
    }

    static LiveLimits of(JsonNode page) {
        Map<String, JsonNode> byId = new LinkedHashMap<>();
        page.path("limits").forEach(limit -> byId.put(limit.path("id").asText(), limit));
        return new LiveLimits(
                page.path("source").asText().equals("exact"),
                page.path("revision").asText(),
                byId);
    }

    /** Every limit that a call counts for by the given files, and then those that only the running gateway has. */
    List<LimitShadow> shadows(Explanation explained) {
        Principal principal = explained.caller().principal();
        if (principal == null) {
            return List.of();
        }
        String tenant = principal.tenant();
        Map<String, JsonNode> gone = new LinkedHashMap<>(byId);
        List<LimitShadow> shadows = new ArrayList<>();
        for (Limit limit : explained.limits()) {
            String id = limit.id(tenant);
            shadows.add(new LimitShadow(id, limit, gone.remove(id)));
        }
        String ofKey = "key/" + tenant + "/" + principal.key() + "/";
        String ofRoute = explained.route() == null
                ? null
                : "route/" + tenant + "/" + explained.route().name() + "/";
        gone.forEach((id, state) -> {
            boolean other = (id.startsWith("key/") && !id.startsWith(ofKey))
                    || (id.startsWith("route/") && (ofRoute == null || !id.startsWith(ofRoute)));
            if (!other) {
                shadows.add(new LimitShadow(id, null, state));
            }
        });
        return shadows;
    }
}
