// SPDX-License-Identifier: Apache-2.0
package dev.headgate;

import dev.headgate.auth.ObjectOwners;
import dev.headgate.auth.ObjectReferenceStage;
import dev.headgate.auth.ObjectStage;
import dev.headgate.config.Snapshot;
import dev.headgate.pipeline.Pipeline;
import dev.headgate.pipeline.Stage;
import dev.headgate.resilience.FailoverStage;
import dev.headgate.routing.Route;
import dev.headgate.routing.RouteStage;
import dev.headgate.telemetry.RecordStage;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The order of the stages, in the one place to read it. Built once per snapshot and event loop. */
final class Pipelines {
    private Pipelines() {}

    /** Metered calls: routed by their model. */
    static Stage.Next metered(Snapshot snapshot, ObjectOwners owners, Stage.Next exchange) {
        Map<String, Stage.Next> chains = new HashMap<>();
        for (Route route : snapshot.routes().all()) {
            chains.put(route.name(), forRoute(route, exchange));
        }
        return Pipeline.link(
                List.of(new RecordStage(), new ObjectReferenceStage(owners)),
                new RouteStage(snapshot.routes(), chains));
    }

    /** Calls about objects that a backend keeps: they go to that backend and to no other. */
    static Stage.Next stateful(Snapshot snapshot, ObjectOwners owners, Stage.Next exchange) {
        ObjectStage objects = new ObjectStage(
                owners, (name, call) -> RouteStage.targetsOf(snapshot.routes(), name, call), snapshot.backends());
        return Pipeline.link(List.of(new RecordStage(), objects), exchange);
    }

    /** Calls that Headgate answers from its own configuration. */
    static Stage.Next local(Stage.Next answer) {
        return Pipeline.link(List.of(new RecordStage()), answer);
    }

    /** What a route's own calls walk; a feature that the route does not use is not in the list. */
    private static Stage.Next forRoute(Route route, Stage.Next exchange) {
        return Pipeline.link(List.of(new FailoverStage(route)), exchange);
    }
}
