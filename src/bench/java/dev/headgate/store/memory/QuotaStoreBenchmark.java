// SPDX-License-Identifier: Apache-2.0
package dev.headgate.store.memory;

import dev.headgate.quota.Amounts;
import dev.headgate.quota.Decision;
import dev.headgate.quota.Limit;
import dev.headgate.quota.LimitKind;
import dev.headgate.quota.LimitRule;
import dev.headgate.quota.Reservation;
import dev.headgate.quota.Scope;
import dev.headgate.quota.TenantCalendar;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Reserve and settle in memory, with four limits on two scopes. */
@State(org.openjdk.jmh.annotations.Scope.Thread)
public class QuotaStoreBenchmark {
    private static final long PLENTY = 1_000_000_000;

    private final List<Limit> limits = List.of(
            new Limit(Scope.tenant(), LimitRule.of(LimitKind.REQUESTS_PER_MINUTE, PLENTY)),
            new Limit(Scope.tenant(), LimitRule.of(LimitKind.USD_PER_DAY, LimitRule.MOST)),
            new Limit(Scope.key("web"), LimitRule.of(LimitKind.TOKENS_PER_MINUTE, PLENTY)),
            new Limit(Scope.key("web"), LimitRule.of(LimitKind.CONCURRENCY, 1_000)));
    private final TenantCalendar calendar = TenantCalendar.at(Instant.now(), ZoneOffset.UTC);
    private final Amounts estimate = Amounts.call(1_000, 5_000);
    private final Amounts actual = Amounts.call(400, 2_000);
    private MemoryQuotaStore store = new MemoryQuotaStore(InstantSource.system());
    private long calls;

    @Setup(Level.Iteration)
    public void fresh() {
        store = new MemoryQuotaStore(InstantSource.system());
    }

    @Benchmark
    public boolean reserveAndSettle() {
        String id = Long.toString(calls++);
        Future<Decision> decision =
                store.reserve(new Reservation(id, "acme", limits, estimate, Duration.ofSeconds(60), calendar));
        return decision.result() instanceof Decision.Granted
                && store.settle("acme", id, actual).result();
    }
}
