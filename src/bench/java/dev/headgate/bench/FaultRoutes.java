// SPDX-License-Identifier: Apache-2.0
package dev.headgate.bench;

import dev.headgate.auth.KeyFormat;
import java.util.List;
import java.util.Locale;

/** The routes of {@code bench/faults}: everything that can hold state for a call is switched on somewhere. */
final class FaultRoutes {
    private FaultRoutes() {}

    /**
     * Breakers that open and close often, bulkheads, two keys, and deadlines that the faults reach for {@code soak}; the defaults for
     * {@code outage}; and a first target that refuses connections, with a breaker that does not open, for {@code refused}. The key is critical, because a busy
     * machine must not turn calls away that are to be counted.
     */
    static String of(List<FaultyUpstream> soak, List<FaultyUpstream> outage, int live, int closed, String key) {
        return """
                version: 1
                defaults:
                  timeouts: { connect: 500ms, firstByte: 1s, firstToken: 1s, idle: 1s }
                backends:
                  a: { baseUrl: "%s", apiKeys: [env:BENCH_ADMIN_TOKEN, env:BENCH_ADMIN_TOKEN], %s }
                  b: { baseUrl: "%s", auth: none, maxConcurrent: 32, maxWait: 200ms, %s }
                  c: { baseUrl: "%s", auth: none, maxConcurrent: adaptive, %s }
                  d: { baseUrl: "%s", auth: none }
                  e: { baseUrl: "%s", auth: none }
                  f: { baseUrl: "%s", auth: none }
                  live: { baseUrl: "%s", auth: none }
                  closed: { baseUrl: "%s", auth: none, breaker: { minimumCalls: 100000 } }
                models:
                  a-unary: { backend: a, timeouts: { total: 1500ms } }
                  b-unary: { backend: b, timeouts: { total: 1500ms } }
                  c-unary: { backend: c, timeouts: { total: 1500ms } }
                  a-stream: { backend: a }
                  b-stream: { backend: b }
                  c-stream: { backend: c }
                  d-any: { backend: d }
                  e-any: { backend: e }
                  f-any: { backend: f }
                  live-any: { backend: live }
                  closed-any: { backend: closed }
                routes:
                  unary: { stable: a-unary, fallback: [b-unary, c-unary], timeouts: { total: 4s } }
                  stream: { stable: c-stream, fallback: [a-stream, b-stream], timeouts: { total: 15s } }
                  single: { stable: b-unary, timeouts: { total: 4s } }
                  outage: { stable: d-any, fallback: [e-any, f-any] }
                  direct: { stable: live-any }
                  refused: { stable: closed-any, fallback: [live-any] }
                tenants:
                  bench:
                    keys: { web: { sha256: ["%s"], priority: critical } }
                """.formatted(
                        url(soak.get(0).port()),
                        BREAKER,
                        url(soak.get(1).port()),
                        BREAKER,
                        url(soak.get(2).port()),
                        BREAKER,
                        url(outage.get(0).port()),
                        url(outage.get(1).port()),
                        url(outage.get(2).port()),
                        url(live),
                        url(closed),
                        KeyFormat.digest(key));
    }

    private static final String BREAKER = "breaker: { window: 5s, openFor: 1s, rampUp: 2s }";

    private static String url(int port) {
        return String.format(Locale.ROOT, "http://127.0.0.1:%d/v1", port);
    }
}
