// SPDX-License-Identifier: Apache-2.0
package dev.headgate.config;

import dev.headgate.alert.AlertRule;
import dev.headgate.alert.WebhookSignature;
import dev.headgate.call.Secret;
import dev.headgate.quota.TenantLimits;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Whom each tenant's alerts go to. No problem says what is in a secret. */
final class AlertCompiler {
    private static final List<Integer> PERCENTS = List.of(80, 100);
    /** Standard Webhooks 1.0.0 asks for 192 bits. */
    private static final int KEY_BYTES = 24;

    private final Secrets secrets;
    private final Problems problems;

    AlertCompiler(Secrets secrets, Problems problems) {
        this.secrets = secrets;
        this.problems = problems;
    }

    /** By tenant, in the order of the files; a tenant without alerts is absent. */
    Map<String, AlertRule> compile(Declared<RoutesFile.Tenant> tenants, Map<String, TenantLimits> limits) {
        Map<String, AlertRule> compiled = new LinkedHashMap<>();
        for (Table.Row<RoutesFile.Tenant> row : tenants.rows()) {
            At<RoutesFile.Tenant.Alerts> alerts =
                    row.value() == null ? null : row.value().alerts();
            if (alerts != null) {
                checkUse(row.name(), alerts, limits.get(row.name()));
                AlertRule rule = rule(alerts.value());
                if (rule != null) {
                    compiled.put(row.name(), rule);
                }
            }
        }
        return Collections.unmodifiableMap(compiled);
    }

    private void checkUse(String tenant, At<RoutesFile.Tenant.Alerts> alerts, @Nullable TenantLimits limits) {
        if (limits == null || limits.calendarLimits().isEmpty()) {
            problems.warning(
                    ProblemCode.NO_ALERTS,
                    alerts.at(),
                    "tenant \"" + tenant + "\" has no limit by day, week or month, so that its alerts never come",
                    null,
                    "rates and perUser or perAddress limits raise no alert");
        }
    }

    private @Nullable AlertRule rule(RoutesFile.Tenant.Alerts words) {
        Secret webhook = secret(words.webhook());
        Secret secret = secret(words.secret());
        List<Integer> percents = percents(words.at());
        if (webhook != null && !Endpoints.isWebhook(webhook.reveal())) {
            problems.error(
                    ProblemCode.ALERTS,
                    words.webhook().at(),
                    "what " + words.webhook().value() + " holds is no absolute http(s) URL without user and fragment",
                    null,
                    null);
        }
        if (secret != null) {
            checkKey(words.secret(), secret);
        }
        return webhook == null || secret == null ? null : new AlertRule(webhook, secret, percents);
    }

    private void checkKey(At<SecretRef> ref, Secret secret) {
        try {
            if (WebhookSignature.key(secret).length < KEY_BYTES) {
                problems.warning(
                        ProblemCode.WEAK_SECRET,
                        ref.at(),
                        "what " + ref.value() + " holds is short enough to be guessed: take at least " + KEY_BYTES
                                + " bytes",
                        null,
                        null);
            }
        } catch (IllegalArgumentException e) {
            problems.error(
                    ProblemCode.ALERTS,
                    ref.at(),
                    "what " + ref.value() + " holds begins with whsec_, but no Base64 follows",
                    null,
                    null);
        }
    }

    private List<Integer> percents(@Nullable List<At<Units.Percent>> written) {
        if (written == null) {
            return PERCENTS;
        }
        Set<Units.Percent> seen = new HashSet<>();
        for (At<Units.Percent> percent : written) {
            if (!seen.add(percent.value())) {
                problems.error(
                        ProblemCode.SAME_THRESHOLD,
                        percent.at(),
                        percent.value().value() + "% stands twice",
                        null,
                        null);
            }
        }
        return written.stream().map(percent -> percent.value().value()).toList();
    }

    private @Nullable Secret secret(At<SecretRef> ref) {
        try {
            return secrets.resolve(ref.value());
        } catch (Secrets.Unavailable e) {
            problems.error(
                    e.missing ? ProblemCode.SECRET_NOT_SET : ProblemCode.SECRET_UNUSABLE,
                    ref.at(),
                    e.reason(),
                    null,
                    null);
            return null;
        }
    }
}
