// SPDX-License-Identifier: Apache-2.0
package dev.headgate.quota;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.quota.Decision.Granted;
import dev.headgate.quota.Decision.Refused;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** How tests talk to a store whose clock stands still unless they move it. */
public abstract class QuotaStoreFixture {
    /** A Wednesday, far enough ahead that no store forgets by its own clock what a test wrote. */
    protected static final Instant START = Instant.parse("2099-06-10T12:00:00Z");

    /** How many users and addresses the store under test gives counters of their own. */
    protected static final int MOST_LIVE = 3;

    static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
    static final Duration LEASE = Duration.ofSeconds(60);
    static final String TENANT = "acme";

    private final AtomicInteger ids = new AtomicInteger();

    protected abstract QuotaStore store();

    protected abstract Instant now();

    protected abstract void moveClockTo(Instant instant);

    protected static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    void pass(Duration time) {
        moveClockTo(now().plus(time));
    }

    String id() {
        return "r" + ids.incrementAndGet();
    }

    TenantCalendar calendar() {
        return TenantCalendar.at(now(), BERLIN);
    }

    Reservation wish(Amounts estimate, Limit... limits) {
        return new Reservation(id(), TENANT, List.of(limits), estimate, LEASE, calendar());
    }

    Decision reserve(Amounts estimate, Limit... limits) {
        return await(store().reserve(wish(estimate, limits)));
    }

    Decision call(Limit... limits) {
        return reserve(Amounts.call(0, 0), limits);
    }

    void settled(Amounts estimate, Amounts actual, Limit... limits) {
        Reservation wish = wish(estimate, limits);
        granted(await(store().reserve(wish)));
        assertThat(await(store().settle(TENANT, wish.id(), actual))).isTrue();
    }

    List<Standing> look(Limit... limits) {
        return await(store().look(TENANT, List.of(limits), calendar()));
    }

    void tell(String node, Limit limit, long used) {
        Window today = calendar().of(limit.kind()).at(now().getEpochSecond() * 1_000_000);
        await(store().republish(TENANT, node, List.of(new QuotaStore.Total(limit, today, used))));
    }

    static Limit tenant(LimitRule rule) {
        return new Limit(Scope.tenant(), rule);
    }

    static Limit key(LimitRule rule) {
        return new Limit(Scope.key("web"), rule);
    }

    static Limit user(String user, LimitRule rule) {
        return new Limit(Scope.user(user), rule);
    }

    static Granted granted(Decision decision) {
        assertThat(decision).isInstanceOf(Granted.class);
        return (Granted) decision;
    }

    static Refused refused(Decision decision) {
        assertThat(decision).isInstanceOf(Refused.class);
        return (Refused) decision;
    }
}
