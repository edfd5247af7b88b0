// SPDX-License-Identifier: Apache-2.0
package dev.headgate.quota;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.headgate.quota.Decision.Granted;
import dev.headgate.quota.Decision.Reason;
import dev.headgate.quota.Decision.Refused;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What every store of quotas does. */
public abstract class QuotaStoreContract extends QuotaRepairContract {
    @Test
    void grants_the_burst_and_then_says_how_long_to_wait() {
        Limit limit = tenant(LimitRule.of(LimitKind.REQUESTS_PER_MINUTE, 60).withBurst(2));

        assertThat(granted(call(limit)).standings().getFirst().remaining()).isEqualTo(1);
        Standing last = granted(call(limit)).standings().getFirst();
        assertThat(last.remaining()).isZero();
        assertThat(last.reset()).isEqualTo(Duration.ofSeconds(2));

        Refused refused = refused(call(limit));
        assertThat(refused.reason()).isEqualTo(Reason.EXCEEDED);
        assertThat(refused.retryAfter()).isEqualTo(Duration.ofSeconds(1));
        assertThat(refused.by().limit()).isEqualTo(limit);
    }

    @Test
    void refills_continuously_and_never_above_the_burst() {
        Limit limit = tenant(LimitRule.of(LimitKind.REQUESTS_PER_MINUTE, 60).withBurst(2));
        granted(call(limit));
        granted(call(limit));

        pass(Duration.ofMillis(999));
        assertThat(refused(call(limit)).retryAfter()).isEqualTo(Duration.ofMillis(1));
        pass(Duration.ofMillis(1));
        granted(call(limit));

        pass(Duration.ofHours(5));
        granted(call(limit));
        granted(call(limit));
        refused(call(limit));
    }

    @Test
    void a_rate_stands_as_openai_reports_it() {
        Limit requests =
                tenant(LimitRule.of(LimitKind.REQUESTS_PER_MINUTE, 5_000).withBurst(5_000));
        Limit tokens = tenant(LimitRule.of(LimitKind.TOKENS_PER_MINUTE, 160_000));

        List<Standing> standings =
                granted(reserve(Amounts.call(24, 0), requests, tokens)).standings();

        assertThat(standings.get(0).remaining()).isEqualTo(4_999);
        assertThat(standings.get(0).reset()).isEqualTo(Duration.ofMillis(12));
        assertThat(standings.get(1).remaining()).isEqualTo(159_976);
        assertThat(standings.get(1).reset()).isEqualTo(Duration.ofMillis(9));
    }

    @Test
    void a_day_admits_exactly_its_amount_and_ends_at_the_tenants_midnight() {
        Limit limit = tenant(LimitRule.of(LimitKind.TOKENS_PER_DAY, 1_000));
        granted(reserve(Amounts.call(600, 0), limit));
        granted(reserve(Amounts.call(400, 0), limit));

        Refused refused = refused(reserve(Amounts.call(1, 0), limit));
        // Noon in UTC is 14:00 in Berlin's summer.
        assertThat(refused.retryAfter()).isEqualTo(Duration.ofHours(10));

        pass(Duration.ofHours(10));
        assertThat(granted(reserve(Amounts.call(1, 0), limit))
                        .standings()
                        .getFirst()
                        .used())
                .isEqualTo(1);
    }

    @Test
    void weeks_begin_on_monday_and_months_on_the_first() {
        Limit week = tenant(LimitRule.of(LimitKind.USD_PER_WEEK, 10));
        Limit month = tenant(LimitRule.of(LimitKind.USD_PER_MONTH, 10));
        List<Standing> standings =
                granted(reserve(Amounts.call(0, 4), week, month)).standings();

        assertThat(START.plus(standings.get(0).reset())).isEqualTo("2099-06-14T22:00:00Z");
        assertThat(START.plus(standings.get(1).reset())).isEqualTo("2099-06-30T22:00:00Z");

        moveClockTo(Instant.parse("2099-06-14T22:00:00Z"));
        assertThat(look(week, month)).extracting(Standing::used).containsExactly(0L, 4L);
    }

    @Test
    void the_stores_clock_chooses_the_window_not_the_callers() {
        Limit limit = tenant(LimitRule.of(LimitKind.REQUESTS_PER_DAY, 5));
        TenantCalendar yesterday = TenantCalendar.at(START.minus(Duration.ofDays(1)), BERLIN);
        TenantCalendar today = TenantCalendar.at(START, BERLIN);
        TenantCalendar tomorrow = TenantCalendar.at(START.plus(Duration.ofDays(1)), BERLIN);

        for (TenantCalendar calendar : List.of(yesterday, today, tomorrow)) {
            granted(await(store().reserve(
                            new Reservation(id(), TENANT, List.of(limit), Amounts.call(0, 0), LEASE, calendar))));
        }

        assertThat(await(store().look(TENANT, List.of(limit), today)).getFirst().used())
                .isEqualTo(3);
    }

    @Test
    void looks_at_as_many_limits_as_thousands_of_keys_have() {
        LimitRule rule = LimitRule.of(LimitKind.REQUESTS_PER_DAY, 5);
        Limit last = new Limit(Scope.key("key-8999"), rule);
        granted(call(last));
        Limit[] all = IntStream.range(0, 9_000)
                .mapToObj(i -> new Limit(Scope.key("key-" + i), rule))
                .toArray(Limit[]::new);

        List<Standing> standings = look(all);

        assertThat(standings).extracting(Standing::limit).containsExactly(all);
        assertThat(standings.getFirst().used()).isZero();
        assertThat(standings.getLast().used()).isEqualTo(1);
    }

    @Test
    void takes_from_all_limits_or_from_none() {
        Limit requests = tenant(LimitRule.of(LimitKind.REQUESTS_PER_MINUTE, 600));
        Limit running = tenant(LimitRule.of(LimitKind.CONCURRENCY, 5));
        Limit tokens = key(LimitRule.of(LimitKind.TOKENS_PER_MINUTE, 100));
        Limit money = key(LimitRule.of(LimitKind.USD_PER_DAY, 1_000));
        granted(reserve(Amounts.call(100, 10), tokens));

        Refused refused = refused(reserve(Amounts.call(1, 10), requests, running, money, tokens));

        assertThat(refused.by().limit()).isEqualTo(tokens);
        assertThat(refused.standings()).hasSize(4).extracting(Standing::used).containsExactly(0L, 0L, 0L, 100L);
        assertThat(look(requests, running, money)).extracting(Standing::used).containsOnly(0L);
    }

    @Test
    void the_limit_that_is_waited_for_longest_refuses() {
        Limit second = tenant(LimitRule.of(LimitKind.REQUESTS_PER_SECOND, 1));
        Limit hour = tenant(LimitRule.of(LimitKind.REQUESTS_PER_HOUR, 1));
        granted(call(second, hour));

        assertThat(refused(call(second, hour)).by().limit()).isEqualTo(hour);
    }

    @Test
    void what_is_larger_than_a_limit_can_never_pass() {
        Limit tokens = tenant(LimitRule.of(LimitKind.TOKENS_PER_MINUTE, 100));
        Limit money = tenant(LimitRule.of(LimitKind.USD_PER_DAY, 100));
        Limit blocked = tenant(LimitRule.of(LimitKind.CONCURRENCY, 0));
        granted(reserve(Amounts.call(100, 0), tokens));

        for (Decision decision :
                List.of(reserve(Amounts.call(101, 0), tokens), reserve(Amounts.call(0, 101), money), call(blocked))) {
            assertThat(refused(decision).reason()).isEqualTo(Reason.TOO_LARGE);
            assertThat(refused(decision).retryAfter()).isZero();
        }
    }

    @Test
    void an_observing_limit_counts_and_reports_and_never_refuses() {
        Limit limit = tenant(LimitRule.of(LimitKind.TOKENS_PER_DAY, 100).observed());
        assertThat(granted(reserve(Amounts.call(80, 0), limit)).wouldHaveRefused())
                .isEmpty();

        Granted over = granted(reserve(Amounts.call(80, 0), limit));

        assertThat(over.wouldHaveRefused()).extracting(Standing::limit).containsExactly(limit);
        assertThat(over.wouldHaveRefused().getFirst().used()).isEqualTo(160);
        assertThat(over.standings().getFirst().remaining()).isZero();
    }

    @Test
    void concurrency_frees_its_place_when_a_call_settles() {
        Limit limit = tenant(LimitRule.of(LimitKind.CONCURRENCY, 2));
        Reservation first = wish(Amounts.call(0, 0), limit);
        granted(await(store().reserve(first)));
        granted(call(limit));
        refused(call(limit));

        await(store().settle(TENANT, first.id(), Amounts.call(0, 0)));
        assertThat(granted(call(limit)).standings().getFirst().remaining()).isZero();
    }

    @Test
    void the_lease_of_a_dead_node_ends_and_its_charge_stays() {
        Limit running = tenant(LimitRule.of(LimitKind.CONCURRENCY, 1));
        Limit money = tenant(LimitRule.of(LimitKind.USD_PER_DAY, 1_000));
        Reservation dead = wish(Amounts.call(0, 300), running, money);
        granted(await(store().reserve(dead)));

        pass(LEASE.minusMillis(1));
        refused(call(running));
        pass(Duration.ofMillis(1));
        assertThat(look(running, money)).extracting(Standing::used).containsExactly(0L, 300L);
        granted(call(running));

        assertThat(await(store().settle(TENANT, dead.id(), Amounts.call(0, 120))))
                .isTrue();
        assertThat(look(running, money)).extracting(Standing::used).containsExactly(1L, 120L);
    }

    @Test
    void a_renewed_lease_holds_on() {
        Limit limit = tenant(LimitRule.of(LimitKind.CONCURRENCY, 1));
        Reservation live = wish(Amounts.call(0, 0), limit);
        granted(await(store().reserve(live)));

        pass(Duration.ofSeconds(50));
        assertThat(await(store().renew(TENANT, List.of(live.id(), "gone"), LEASE)))
                .containsExactly("gone");
        pass(Duration.ofSeconds(50));
        refused(call(limit));

        await(store().settle(TENANT, live.id(), Amounts.call(0, 0)));
        assertThat(await(store().renew(TENANT, List.of(live.id()), LEASE))).containsExactly(live.id());
        granted(call(limit));
    }

    @Test
    void a_reservation_that_is_sent_again_is_charged_once() {
        Limit requests = tenant(LimitRule.of(LimitKind.REQUESTS_PER_DAY, 1));
        Limit running = tenant(LimitRule.of(LimitKind.CONCURRENCY, 1));
        Reservation wish = wish(Amounts.call(0, 0), requests, running);

        granted(await(store().reserve(wish)));
        Granted again = granted(await(store().reserve(wish)));

        assertThat(again.standings()).extracting(Standing::used).containsExactly(1L, 1L);
        assertThat(again.wouldHaveRefused()).isEmpty();
        await(store().release(TENANT, wish.id()));
        assertThat(look(requests, running)).extracting(Standing::used).containsExactly(0L, 0L);
    }

    @Test
    void settles_once() {
        Limit limit = tenant(LimitRule.of(LimitKind.TOKENS_PER_DAY, 1_000));
        Reservation wish = wish(Amounts.call(500, 0), limit);
        granted(await(store().reserve(wish)));

        assertThat(await(store().settle(TENANT, wish.id(), Amounts.call(200, 0))))
                .isTrue();
        assertThat(await(store().settle(TENANT, wish.id(), Amounts.call(200, 0))))
                .isFalse();
        assertThat(await(store().settle(TENANT, "never reserved", Amounts.call(200, 0))))
                .isFalse();
        assertThat(look(limit).getFirst().used()).isEqualTo(200);
    }

    @Test
    void what_was_used_replaces_the_estimate_in_both_directions() {
        Limit minute = tenant(LimitRule.of(LimitKind.TOKENS_PER_MINUTE, 6_000));
        Limit month = tenant(LimitRule.of(LimitKind.TOKENS_PER_MONTH, 6_000));
        Limit money = tenant(LimitRule.of(LimitKind.USD_PER_MONTH, 6_000));
        Limit requests = tenant(LimitRule.of(LimitKind.REQUESTS_PER_DAY, 10));

        settled(Amounts.call(1_000, 900), Amounts.call(400, 300), minute, month, money, requests);
        assertThat(look(minute, month, money, requests))
                .extracting(Standing::used)
                .containsExactly(400L, 400L, 300L, 1L);

        settled(Amounts.call(1_000, 900), Amounts.call(7_000, 6_500), minute, month, money, requests);
        assertThat(look(minute, month, money, requests))
                .extracting(Standing::used)
                .containsExactly(7_400L, 7_400L, 6_800L, 2L);
        assertThat(look(minute).getFirst().remaining()).isZero();
        // 1,400 tokens over, and one more, at 100 a second.
        assertThat(refused(reserve(Amounts.call(1, 0), minute)).retryAfter()).isEqualTo(Duration.ofMillis(14_010));
    }

    @Test
    void a_refund_never_makes_a_rate_fuller_than_full() {
        Limit limit = tenant(LimitRule.of(LimitKind.TOKENS_PER_MINUTE, 6_000));
        Reservation wish = wish(Amounts.call(1_000, 0), limit);
        granted(await(store().reserve(wish)));
        pass(Duration.ofSeconds(9));

        await(store().settle(TENANT, wish.id(), Amounts.call(10, 0)));

        assertThat(look(limit).getFirst().used()).isZero();
        granted(reserve(Amounts.call(6_000, 0), limit));
        refused(reserve(Amounts.call(1, 0), limit));
    }

    @Test
    void what_has_refilled_is_not_given_back_as_well() {
        Limit limit = tenant(LimitRule.of(LimitKind.TOKENS_PER_MINUTE, 6_000));
        Reservation early = wish(Amounts.call(6_000, 0), limit);
        granted(await(store().reserve(early)));
        pass(Duration.ofMinutes(1));
        Reservation late = wish(Amounts.call(6_000, 0), limit);
        granted(await(store().reserve(late)));

        await(store().settle(TENANT, early.id(), Amounts.call(10, 0)));
        refused(reserve(Amounts.call(1, 0), limit));

        await(store().settle(TENANT, late.id(), Amounts.call(2_000, 0)));
        granted(reserve(Amounts.call(4_000, 0), limit));
        refused(reserve(Amounts.call(1, 0), limit));
    }

    @Test
    void a_release_gives_the_request_back_too() {
        Limit day = tenant(LimitRule.of(LimitKind.REQUESTS_PER_DAY, 1));
        Limit minute = tenant(LimitRule.of(LimitKind.REQUESTS_PER_MINUTE, 1));
        Reservation wish = wish(Amounts.call(9, 9), day, minute);
        granted(await(store().reserve(wish)));

        assertThat(await(store().release(TENANT, wish.id()))).isTrue();

        granted(call(day, minute));
    }

    @Test
    void a_late_settlement_lands_in_the_window_of_its_reservation() {
        Limit limit = tenant(LimitRule.of(LimitKind.USD_PER_DAY, 1_000));
        Reservation late = wish(Amounts.call(0, 500), limit);
        granted(await(store().reserve(late)));
        pass(Duration.ofHours(47));
        granted(reserve(Amounts.call(0, 50), limit));

        assertThat(await(store().settle(TENANT, late.id(), Amounts.call(0, 100))))
                .isTrue();

        assertThat(look(limit).getFirst().used()).isEqualTo(50);
        Instant then = now();
        moveClockTo(START);
        assertThat(look(limit).getFirst().used()).isEqualTo(100);
        moveClockTo(then);
    }

    @Test
    void a_changed_amount_keeps_what_was_counted() {
        granted(reserve(
                Amounts.call(50, 50),
                tenant(LimitRule.of(LimitKind.TOKENS_PER_MINUTE, 60)),
                tenant(LimitRule.of(LimitKind.USD_PER_DAY, 60))));

        assertThat(look(
                        tenant(LimitRule.of(LimitKind.TOKENS_PER_MINUTE, 600)),
                        tenant(LimitRule.of(LimitKind.USD_PER_DAY, 40))))
                .extracting(Standing::used, Standing::remaining)
                .containsExactly(tuple(50L, 550L), tuple(50L, 0L));
    }

    @Test
    void numbers_are_exact_up_to_two_to_the_fifty_third() {
        Limit money = tenant(LimitRule.of(LimitKind.USD_PER_MONTH, LimitRule.MOST));
        settled(Amounts.call(0, LimitRule.MOST - 10), Amounts.call(0, LimitRule.MOST - 9), money);
        granted(reserve(Amounts.call(0, 1), money));
        assertThat(look(money).getFirst().used()).isEqualTo(LimitRule.MOST - 8);

        granted(reserve(Amounts.call(0, 8), money));
        refused(reserve(Amounts.call(0, 1), money));
        Limit tokens = tenant(LimitRule.of(LimitKind.TOKENS_PER_MINUTE, LimitRule.MOST_OF_A_RATE));
        granted(reserve(Amounts.call(LimitRule.MOST_OF_A_RATE - 1, 0), tokens));
        granted(reserve(Amounts.call(1, 0), tokens));
        refused(reserve(Amounts.call(1, 0), tokens));
    }

    @Test
    void a_rate_that_observes_takes_calls_of_any_size() {
        Limit observed = tenant(LimitRule.of(LimitKind.TOKENS_PER_MINUTE, 1).observed());
        Reservation wish = wish(Amounts.call(LimitRule.MOST, 0), observed);
        granted(await(store().reserve(wish)));
        granted(reserve(Amounts.call(LimitRule.MOST, 0), observed));
        Standing standing = look(observed).getFirst();
        assertThat(standing.used()).isEqualTo(Math.ceilDiv(LimitRule.MOST, 1_000_000));
        assertThat(standing.reset()).isGreaterThan(Duration.ofDays(365));

        assertThat(await(store().settle(TENANT, wish.id(), Amounts.call(LimitRule.MOST, 0))))
                .isTrue();
        assertThat(look(observed).getFirst().used()).isEqualTo(Math.ceilDiv(LimitRule.MOST, 1_000_000));
    }

    @Test
    void users_beyond_the_bound_share_one_bucket_until_others_are_idle() {
        LimitRule rule = LimitRule.of(LimitKind.REQUESTS_PER_SECOND, 1);
        for (int i = 0; i < MOST_LIVE; i++) {
            assertThat(granted(call(user("u" + i, rule))).standings().getFirst().shared())
                    .isFalse();
        }

        assertThat(granted(call(user("one more", rule))).standings().getFirst().shared())
                .isTrue();
        assertThat(refused(call(user("and another", rule))).by().shared()).isTrue();

        pass(Duration.ofSeconds(2));
        assertThat(granted(call(user("and another", rule)))
                        .standings()
                        .getFirst()
                        .shared())
                .isFalse();
    }

    @Test
    void a_shared_bucket_is_settled_as_it_was_charged() {
        LimitRule rule = LimitRule.of(LimitKind.TOKENS_PER_DAY, 100);
        for (int i = 0; i < MOST_LIVE; i++) {
            granted(reserve(Amounts.call(100, 0), user("u" + i, rule)));
        }
        Reservation wish = wish(Amounts.call(100, 0), user("one more", rule));
        granted(await(store().reserve(wish)));

        await(store().settle(TENANT, wish.id(), Amounts.call(30, 0)));

        assertThat(look(user("and another", rule)).getFirst().used()).isEqualTo(30);
    }

    @Test
    void users_addresses_keys_routes_and_tenants_are_counted_apart() {
        LimitRule rule = LimitRule.of(LimitKind.REQUESTS_PER_DAY, 1);
        List<Limit> apart = List.of(
                new Limit(Scope.tenant(), rule),
                new Limit(Scope.key("a"), rule),
                new Limit(Scope.key("b"), rule),
                new Limit(Scope.route("a"), rule),
                new Limit(Scope.user("a"), rule),
                new Limit(Scope.address("a"), rule));

        apart.forEach(limit -> granted(call(limit)));
        apart.forEach(limit -> refused(call(limit)));
        Reservation other =
                new Reservation(id(), "other", apart, Amounts.call(0, 0), LEASE, TenantCalendar.at(now(), BERLIN));
        granted(await(store().reserve(other)));
    }

    @Test
    void looking_takes_nothing() {
        Limit limit = tenant(LimitRule.of(LimitKind.REQUESTS_PER_MINUTE, 6));
        assertThat(look(limit, limit)).allMatch(standing -> standing.used() == 0 && !standing.isExceeded());
        granted(call(limit));
        assertThat(look(limit)).allMatch(standing -> standing.used() == 1 && !standing.isExceeded());
    }

    @Test
    void callers_at_once_get_exactly_the_limit() {
        Limit day = tenant(LimitRule.of(LimitKind.TOKENS_PER_DAY, 100_500));
        Limit running = key(LimitRule.of(LimitKind.CONCURRENCY, 1_000));

        long admitted = IntStream.range(0, 400)
                .parallel()
                .filter(i -> reserve(Amounts.call(1_000, 0), day, running) instanceof Granted)
                .count();

        assertThat(admitted).isEqualTo(100);
        assertThat(look(day, running)).extracting(Standing::used).containsExactly(100_000L, 100L);
    }

    @Test
    void can_be_checked() {
        await(store().check("acme"));
    }
}
