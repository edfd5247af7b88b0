// SPDX-License-Identifier: Apache-2.0
package dev.headgate.alert;

import dev.headgate.call.Secret;
import dev.headgate.quota.Limit;
import dev.headgate.quota.Measure;
import dev.headgate.quota.Standing;
import dev.headgate.quota.Window;
import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.util.Base64;

/**
 * A limit has reached a threshold within a window.
 *
 * @param percent the threshold
 * @param standing where the limit stood when it was noticed
 * @param at when it was noticed
 */
public record Alert(String tenant, int percent, Standing standing, Window window, Instant at) {
    /** The limit as users know it, such as {@code tenant/acme/usdPerMonth}. */
    String limit() {
        return standing.limit().id(tenant);
    }

    /** The same for the same threshold in the same window, whoever noticed it: receivers can tell repetitions by it. */
    String id(Secret secret) {
        byte[] mac = WebhookSignature.mac(secret, limit() + '@' + window.label() + '#' + percent);
        return "alert_" + Base64.getUrlEncoder().withoutPadding().encodeToString(mac);
    }

    /** What is posted: money as text in US dollars, so that no digit is lost. */
    String json(String id) {
        Limit limit = standing.limit();
        return new JsonObject()
                .put("type", "limit.threshold")
                .put("id", id)
                .put("tenant", tenant)
                .put("limit", limit())
                .put("threshold", percent)
                .put("usedRatio", BigDecimal.valueOf(standing.usedRatio()).setScale(4, RoundingMode.DOWN))
                .put("used", amount(limit, standing.used()))
                .put("amount", amount(limit, limit.rule().amount()))
                .put("window", window.label())
                .put("windowEnds", window.end().toString())
                .put("mode", limit.rule().observe() ? "observe" : "enforce")
                .put("at", at.toString())
                .encode();
    }

    private static Object amount(Limit limit, long units) {
        return limit.kind().measure() == Measure.MONEY
                ? BigDecimal.valueOf(units, 9).stripTrailingZeros().toPlainString()
                : (Object) units;
    }
}
