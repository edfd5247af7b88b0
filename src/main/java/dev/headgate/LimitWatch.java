// SPDX-License-Identifier: Apache-2.0
package dev.headgate;

import dev.headgate.alert.Alerts;
import dev.headgate.alert.Deliveries;
import dev.headgate.alert.Retries;
import dev.headgate.config.Snapshot;
import dev.headgate.quota.BudgetRatios;
import dev.headgate.quota.Limit;
import dev.headgate.quota.LimitLooks;
import dev.headgate.quota.Scope;
import dev.headgate.telemetry.AlertMetrics;
import dev.headgate.telemetry.BudgetMetrics;
import dev.headgate.upstream.ControlClient;
import dev.headgate.upstream.WebhookRequest;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.DoubleSupplier;
import java.util.function.ToDoubleFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Joins what listens to where limits stand: the ratios of budgets, the alerts, and the looks that feed both between calls. */
final class LimitWatch {
    private static final Logger LOG = LoggerFactory.getLogger(LimitWatch.class);
    private static final long LOOK_MILLIS = 10_000;

    private final Vertx vertx;
    private final Stores stores;
    private final BudgetRatios ratios = new BudgetRatios(InstantSource.system());
    private final BudgetMetrics metrics;
    private final Alerts alerts;
    private final Deliveries deliveries;
    private final LimitLooks looks;
    private volatile boolean closed;

    LimitWatch(Vertx vertx, Stores stores, ControlClient control, MeterRegistry registry) {
        this.vertx = vertx;
        this.stores = stores;
        this.metrics = new BudgetMetrics(registry);
        AlertMetrics outcomes = new AlertMetrics(registry);
        this.deliveries = new Deliveries(
                (url, headers, json, deadline) -> WebhookRequest.post(control, url, headers, json, deadline),
                Retries.DEFAULT,
                (pause, what) -> vertx.setTimer(Math.max(1, pause.toMillis()), fired -> what.run()),
                () -> ThreadLocalRandom.current().nextDouble(),
                outcome -> outcomes.ended(outcome.name().toLowerCase(Locale.ROOT)),
                InstantSource.system());
        this.alerts = new Alerts(stores.alertClaims, deliveries::send, InstantSource.system());
        this.looks = new LimitLooks(stores.exact, InstantSource.system());
        stores.exact.addListener(ratios);
        stores.exact.addListener(alerts);
        lookLater();
    }

    /** From now on these limits are watched; where they stand is asked at once. */
    void apply(Snapshot snapshot) {
        ratios.apply(snapshot.limits());
        deliveries.apply(snapshot.alerts());
        alerts.apply(snapshot.alerts());
        looks.apply(snapshot.limits(), snapshot.alerts().keySet());
        metrics.show(gauges(snapshot));
        look();
    }

    private Map<BudgetMetrics.Budget, DoubleSupplier> gauges(Snapshot snapshot) {
        Map<BudgetMetrics.Budget, DoubleSupplier> gauges = new HashMap<>();
        snapshot.limits()
                .forEach((tenant, limits) -> limits.budgets()
                        .forEach(rule -> gauges.put(
                                new BudgetMetrics.Budget(tenant, new Limit(Scope.tenant(), rule).path()),
                                () -> ratios.usedRatio(tenant, rule.kind()))));
        return gauges;
    }

    /** The used part of a tenant's tightest budget, without a round trip; see {@link BudgetRatios#usedRatio(String)}. */
    ToDoubleFunction<String> usedRatio() {
        return ratios::usedRatio;
    }

    /** Between nine and eleven seconds from now, so that replicas do not ask all at once. */
    private void lookLater() {
        long pause = LOOK_MILLIS * 9 / 10 + ThreadLocalRandom.current().nextLong(LOOK_MILLIS / 5);
        vertx.setTimer(
                pause,
                fired -> look().onComplete(done -> {
                    if (!closed) {
                        lookLater();
                    }
                }));
    }

    private Future<Void> look() {
        return closed ? Future.succeededFuture() : looks.round(stores::isExact);
    }

    void close() {
        closed = true;
        if (deliveries.waiting() > 0) {
            LOG.warn("{} alert(s) were not delivered before the end", deliveries.waiting());
        }
    }
}
