// SPDX-License-Identifier: Apache-2.0
package dev.headgate.resilience;

import dev.headgate.call.AllowList;
import dev.headgate.call.Backend;
import dev.headgate.call.Call;
import dev.headgate.call.CallListener;
import dev.headgate.call.CallRecord;
import dev.headgate.call.Cancellation;
import dev.headgate.call.Endpoint;
import dev.headgate.call.Guards;
import dev.headgate.call.Guards.BreakerRule;
import dev.headgate.call.Guards.BulkheadRule;
import dev.headgate.call.Principal;
import dev.headgate.call.Priority;
import dev.headgate.call.RequestBody;
import dev.headgate.call.Target;
import dev.headgate.call.Timeouts;
import dev.headgate.call.Timing;
import io.vertx.core.MultiMap;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Rules and calls for tests of bulkheads. */
final class BulkheadCalls {
    private BulkheadCalls() {}

    static BulkheadRule atMost(int calls, Duration maxWait) {
        return new BulkheadRule(calls, maxWait);
    }

    static BulkheadRule adaptive() {
        return new BulkheadRule(0, Duration.ofSeconds(1));
    }

    static Call call() {
        return call(URI.create("http://127.0.0.1"), null);
    }

    static Call call(String tenant, int weight) {
        Principal principal =
                new Principal(tenant, "web", Map.of(), AllowList.ALL, false, false, false, Priority.DEFAULT, weight);
        return call(principal, URI.create("http://127.0.0.1"), null);
    }

    static Call call(URI baseUrl, @Nullable BulkheadRule rule) {
        return call(Principal.ANONYMOUS, baseUrl, rule);
    }

    private static Call call(Principal principal, URI baseUrl, @Nullable BulkheadRule rule) {
        Backend backend = new Backend(
                "crowded",
                Backend.Dialect.OPENAI,
                baseUrl,
                new Backend.Auth.None(),
                List.of(),
                Map.of(),
                null,
                null,
                null,
                null,
                false,
                new Guards(Timeouts.DEFAULT, BreakerRule.DEFAULT, rule, null),
                null);
        return new Call(
                        "call_1",
                        principal,
                        Endpoint.EMBEDDINGS,
                        Map.of(),
                        null,
                        MultiMap.caseInsensitiveMultiMap(),
                        new RequestBody.Empty(),
                        new CallRecord("call_1", "call_1", 1, CallListener.all(List.of())),
                        new Cancellation(),
                        new Timing(),
                        "192.0.2.1",
                        null,
                        null,
                        null)
                .withTarget(new Target("m", backend, null, Map.of(), Map.of(), true));
    }
}
