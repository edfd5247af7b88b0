// SPDX-License-Identifier: Apache-2.0
package dev.headgate.alert;

import dev.headgate.quota.Limit;
import dev.headgate.quota.LimitKind;
import dev.headgate.quota.Scope;
import dev.headgate.quota.Standing;
import dev.headgate.quota.StandingListener;
import dev.headgate.quota.TenantCalendar;
import dev.headgate.quota.Window;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices when the days, weeks and months of tenants, keys and routes reach a threshold, and says so once in each window; rather twice
 * than never, if it cannot be remembered. Users and addresses are left out: clients bring as many as they like. Thread-safe; a
 * standing that is no news takes no lock.
 */
public final class Alerts implements StandingListener {
    private static final Logger LOG = LoggerFactory.getLogger(Alerts.class);
    /** Clocks differ, and the last call of a window may be settled after it. */
    private static final Duration KEPT_AFTER_WINDOW = Duration.ofDays(1);

    private final AlertClaims claims;
    private final Consumer<Alert> sender;
    private final InstantSource clock;
    private final Map<Counted, Told> told = new ConcurrentHashMap<>();
    private volatile Map<String, AlertRule> rules = Map.of();

    private record Counted(String tenant, Scope scope, LimitKind kind) {}

    /** @param sender gets each alert once; must not block */
    public Alerts(AlertClaims claims, Consumer<Alert> sender, InstantSource clock) {
        this.claims = claims;
        this.sender = sender;
        this.clock = clock;
    }

    /** From now on these hold, by tenant. What has been told stays told. */
    public void apply(Map<String, AlertRule> now) {
        rules = Map.copyOf(now);
        told.keySet().removeIf(counted -> !now.containsKey(counted.tenant()));
    }

    @Override
    public void heard(String tenant, List<Standing> standings, TenantCalendar calendar) {
        AlertRule rule = rules.get(tenant);
        if (rule == null) {
            return;
        }
        for (Standing standing : standings) {
            Limit limit = standing.limit();
            if (limit.kind().isCalendar() && !limit.scope().type().isOpen()) {
                heard(tenant, standing, rule.percents(), standing.window(calendar, clock.instant()));
            }
        }
    }

    private void heard(String tenant, Standing standing, List<Integer> percents, Window window) {
        Counted counted =
                new Counted(tenant, standing.limit().scope(), standing.limit().kind());
        Told known = told.get(counted);
        while (true) {
            Told next = Told.after(known, window, percents, standing);
            if (next == null) {
                return;
            }
            Told before = known;
            // Who replaces what it read tells; who comes too late looks again.
            boolean replaced =
                    before == null ? told.putIfAbsent(counted, next) == null : told.replace(counted, before, next);
            if (replaced) {
                next.since(before).forEach(percent -> tell(tenant, percent, standing, window));
                return;
            }
            known = told.get(counted);
        }
    }

    private void tell(String tenant, int percent, Standing standing, Window window) {
        Instant now = clock.instant();
        Alert alert = new Alert(tenant, percent, standing, window, now);
        claims.claim(
                        new AlertClaims.Threshold(tenant, standing.limit().path(), window.label(), percent),
                        window.end().plus(KEPT_AFTER_WINDOW))
                .recover(cause -> {
                    LOG.warn("An alert may be sent twice, also after a restart: {}", cause.getMessage());
                    return Future.succeededFuture(true);
                })
                .onSuccess(first -> {
                    if (first) {
                        LOG.info("{} has reached {} % of {}", alert.limit(), percent, window.label());
                        sender.accept(alert);
                    }
                });
    }
}
