// SPDX-License-Identifier: Apache-2.0
package dev.headgate.admin;

import dev.headgate.admin.Changes.Done;
import dev.headgate.audit.AuditLine;
import dev.headgate.audit.AuditTrail;
import dev.headgate.auth.Revocation;
import dev.headgate.auth.Revocations;
import dev.headgate.config.Snapshot;
import io.vertx.core.Future;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** {@code POST /admin/keys/revoke}: a key of the running configuration is refused from now on, for good. */
public final class KeysResource implements AdminResource {
    private static final int SHOWN = 8;

    private final ConfigStatus status;
    private final Revocations revocations;
    private final Changes changes;

    public KeysResource(ConfigStatus status, Revocations revocations, AuditTrail trail, InstantSource clock) {
        this.status = status;
        this.revocations = revocations;
        this.changes = new Changes(trail, clock);
    }

    @Override
    public List<String> paths() {
        return List.of("/admin/keys/revoke");
    }

    @Override
    public void mount(Router router) {
        router.post("/admin/keys/revoke").handler(ctx -> Answers.of(ctx, () -> revoke(ctx)));
    }

    private Future<Map<String, Object>> revoke(RoutingContext ctx) throws Refusal {
        Form form = Form.of(ctx, List.of("tenant", "key", "reason"));
        Snapshot snapshot = status.snapshot();
        String tenant = form.text("tenant");
        String key = form.text("key");
        Names.limits(snapshot, tenant);
        Names.checkKey(snapshot, tenant, key);
        AuditLine.Change change = Changes.change(ctx, "keys.revoke", tenant + "/" + key, form.reason());
        List<String> digests = snapshot.keys().digests(tenant, key).stream()
                .map(digest -> digest.substring(0, SHOWN))
                .toList();
        return changes.carryOut(
                change,
                Map.of("digests", digests),
                () -> revocations
                        .revoke(snapshot.keys(), tenant, key, change.reason())
                        .compose(outcome -> outcome instanceof Revocations.Revoked revoked
                                ? Future.succeededFuture(done(change, tenant, key, revoked))
                                : Future.failedFuture(
                                        new Refusal(400, "There is no key " + tenant + "/" + key + " any more."))));
    }

    private static Done done(AuditLine.Change change, String tenant, String key, Revocations.Revoked revoked) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("replicas", revoked.reach().name().toLowerCase(Locale.ROOT));
        facts.put("onDisk", revoked.onDisk());
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("tenant", tenant);
        answer.put("key", key);
        answer.put(
                "revokedAt",
                revoked.revocations().stream()
                        .map(Revocation::at)
                        .max(Comparator.naturalOrder())
                        .orElseThrow()
                        .toString());
        answer.putAll(facts);
        answer.put("change", change.id());
        return new Done(answer, facts);
    }
}
