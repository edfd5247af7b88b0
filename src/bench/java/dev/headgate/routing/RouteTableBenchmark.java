// SPDX-License-Identifier: Apache-2.0
package dev.headgate.routing;

import dev.headgate.call.Backend;
import dev.headgate.call.Guards;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Looking a name up among 100 exact routes and 20 patterns. */
@State(Scope.Thread)
public class RouteTableBenchmark {
    private final RouteTable table = table();

    @Benchmark
    public @Nullable Route exact() {
        return table.find("route-50");
    }

    @Benchmark
    public @Nullable Route pattern() {
        return table.find("family-9/some-model");
    }

    @Benchmark
    public @Nullable Route unknown() {
        return table.find("no-such-model");
    }

    private static RouteTable table() {
        List<Route> routes = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            routes.add(route("route-" + i, null));
        }
        Backend backend = new Backend(
                "b",
                Backend.Dialect.DEMO,
                null,
                new Backend.Auth.None(),
                List.of(),
                Map.of(),
                null,
                null,
                null,
                null,
                false,
                Guards.DEFAULT,
                null);
        for (int i = 0; i < 20; i++) {
            routes.add(route("family-" + i + "/*", backend));
        }
        return new RouteTable(routes);
    }

    private static Route route(String name, @Nullable Backend passThrough) {
        return new Route(
                name,
                List.of(),
                passThrough == null
                        ? null
                        : new Route.PassThrough(
                                passThrough, passThrough.guards().timeouts()),
                List.of(),
                Route.Policy.of(Duration.ofSeconds(10), Duration.ofMinutes(10)));
    }
}
