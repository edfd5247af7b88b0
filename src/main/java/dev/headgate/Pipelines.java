// SPDX-License-Identifier: Apache-2.0
package dev.headgate;

import dev.headgate.auth.ObjectOwners;
import dev.headgate.auth.ObjectReferenceStage;
import dev.headgate.auth.ObjectStage;
import dev.headgate.config.Snapshot;
import dev.headgate.pipeline.Pipeline;
import dev.headgate.pipeline.Stage;
import dev.headgate.quota.QuotaStage;
import dev.headgate.quota.TenantLimits;
import dev.headgate.resilience.Backends;
import dev.headgate.resilience.BreakerStage;
import dev.headgate.resilience.BulkheadStage;
import dev.headgate.resilience.FailoverStage;
import dev.headgate.resilience.OnlyTargetStage;
import dev.headgate.resilience.Pause;
import dev.headgate.routing.Route;
import dev.headgate.routing.RouteStage;
import dev.headgate.telemetry.RecordStage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The order of the stages, in the one place to read it. Built once per snapshot and event loop. */
final class Pipelines {
    private Pipelines() {}

    /** Metered calls: routed by their model. */
    static Stage.Next metered(
            Snapshot snapshot,
            ObjectOwners owners,
            QuotaStage quota,
            Backends backends,
            Pause pause,
            Stage.Next exchange) {
        Map<String, Stage.Next> chains = new HashMap<>();
        for (Route route : snapshot.routes().all()) {
            chains.put(route.name(), forRoute(route, quota, backends, pause, exchange));
        }
        return Pipeline.link(
                List.of(new RecordStage(), new ObjectReferenceStage(owners)),
                new RouteStage(snapshot.routes(), chains));
    }

    /** Calls about objects that a backend keeps: they go to that backend and to no other. */
    static Stage.Next stateful(
            Snapshot snapshot, ObjectOwners owners, QuotaStage quota, Backends backends, Stage.Next exchange) {
        ObjectStage objects = new ObjectStage(
                owners,
                (name, call) -> RouteStage.targetsOf(snapshot.routes(), name, call),
                snapshot.backends(),
                tenant -> hasBudget(snapshot, tenant));
        // Limits before objects: a call counts once, however many pages of a list it takes.
        return Pipeline.link(
                List.of(new RecordStage(), quota, objects, new OnlyTargetStage(), new BulkheadStage(backends)),
                exchange);
    }

    private static boolean hasBudget(Snapshot snapshot, String tenant) {
        TenantLimits limits = snapshot.limits().get(tenant);
        return limits != null && limits.hasBudget();
    }

    /** Calls that Headgate answers from its own configuration. */
    static Stage.Next local(Stage.Next answer) {
        return Pipeline.link(List.of(new RecordStage()), answer);
    }

    /** What a route's own calls walk; a feature that the route does not use is not in the list. */
    private static Stage.Next forRoute(
            Route route, QuotaStage quota, Backends backends, Pause pause, Stage.Next exchange) {
        List<Stage> stages = new ArrayList<>();
        stages.add(quota);
        stages.add(new FailoverStage(route, backends, pause));
        stages.add(new BreakerStage(backends));
        stages.add(new BulkheadStage(backends));
        return Pipeline.link(stages, exchange);
    }
}
