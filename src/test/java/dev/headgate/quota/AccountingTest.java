// SPDX-License-Identifier: Apache-2.0
package dev.headgate.quota;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.call.Call;
import dev.headgate.call.CallRecord;
import dev.headgate.call.Completion;
import dev.headgate.call.Ending;
import dev.headgate.call.Reply;
import dev.headgate.call.Try;
import dev.headgate.call.UnaryReply;
import dev.headgate.call.Usage;
import dev.headgate.metering.ModelNames;
import dev.headgate.metering.UsageOrigin;
import dev.headgate.metering.UsagePart;
import dev.headgate.metering.UsageSum;
import dev.headgate.testkit.Sample;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AccountingTest {
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
    private static final UsageOrigin ORIGIN = new UsageOrigin("acme", "web", "chat", "2026-10-25");

    private Instant now = Instant.EPOCH;
    private final Accounting accounting = new Accounting(new ModelNames(), () -> now);
    private final Call call = QuotaCalls.call("c", "web", "chat", null, 90);

    @Test
    void a_day_is_the_tenants_also_where_it_has_25_hours() {
        assertThat(day("2026-10-24T21:59:59Z")).isEqualTo("2026-10-24");
        assertThat(day("2026-10-24T22:00:00Z")).isEqualTo("2026-10-25");
        assertThat(day("2026-10-25T22:59:59Z")).isEqualTo("2026-10-25");
        assertThat(day("2026-10-25T23:00:00Z")).isEqualTo("2026-10-26");
    }

    @Test
    void a_call_counts_once_for_the_model_that_answered() {
        attempt(200, null);

        assertThat(parts(200, new Usage(30, 12, 5, 7)))
                .containsExactly(new UsagePart("m", new UsageSum(1, 30, 5, 12, 7, 1_000, 0, 0)));
    }

    @Test
    void a_try_that_was_billed_besides_adds_its_tokens_and_no_request() {
        attempt(200, "upstream_failed");
        attempt(200, null);

        assertThat(parts(200, new Usage(30, 12, 0, 0)))
                .containsExactly(new UsagePart("m", new UsageSum(1, 40, 0, 12, 0, 2_000, 0, 1)));
    }

    @Test
    void a_guess_tells_what_goes_in_from_what_comes_out() {
        attempt(200, null);

        assertThat(parts(200, null)).containsExactly(new UsagePart("m", new UsageSum(1, 10, 0, 90, 0, 1_000, 0, 1)));
    }

    @Test
    void a_call_that_asked_no_backend_has_no_model() {
        assertThat(accounting.parts(ORIGIN, Bill.of(call.record(), estimate(), null, null, QuotaCalls.costs(1_000))))
                .containsExactly(new UsagePart("", UsageSum.REQUEST));
    }

    @Test
    void without_a_price_tokens_count_all_the_same() {
        attempt(200, null);
        Bill bill = Bill.of(
                call.record(),
                estimate(),
                reply(200, null),
                new Completion(Ending.COMPLETE, new Usage(30, 12, 0, 0), null, 1, 0),
                QuotaCalls.costs(Costs.UNKNOWN));

        assertThat(accounting.parts(ORIGIN, bill))
                .containsExactly(new UsagePart("m", new UsageSum(1, 30, 0, 12, 0, 0, 1, 0)));
    }

    @Test
    void what_stands_in_the_parts_is_what_limits_are_settled_at() {
        attempt(200, "upstream_failed");
        attempt(500, "upstream_failed");
        attempt(200, null);
        Reply reply = reply(200, null);
        Bill bill = Bill.of(
                call.record(),
                estimate(),
                reply,
                new Completion(Ending.COMPLETE, new Usage(30, 12, 0, 0), null, 1, 0),
                QuotaCalls.costs(1_000));

        assertThat(Amounts.of(UsagePart.sum(accounting.parts(ORIGIN, bill)))).isEqualTo(bill.amounts());
    }

    @Test
    void reads_the_prompt_late_only_of_answers_that_may_end_without_a_count() {
        assertThat(late(reply(200, new Usage(1, 1, 0, 0))).whole().tokens()).isZero();
        assertThat(late(reply(404, null)).whole().tokens()).isZero();
        assertThat(late(reply(200, null)).whole().tokens()).isEqualTo(100);
        assertThat(late(null).whole().tokens()).isEqualTo(100);
    }

    private Costs.Estimate late(@Nullable Reply reply) {
        return Accounting.late(call, reply, QuotaCalls.costs(1_000));
    }

    private String day(String instant) {
        now = Instant.parse(instant);
        return accounting.origin(call, TenantCalendar.at(now, BERLIN)).day();
    }

    private List<UsagePart> parts(int status, @Nullable Usage usage) {
        Reply reply = reply(status, usage);
        Completion done = new Completion(Ending.COMPLETE, usage, null, 1, 0);
        return accounting.parts(ORIGIN, Bill.of(call.record(), estimate(), reply, done, QuotaCalls.costs(1_000)));
    }

    private Costs.Estimate estimate() {
        return QuotaCalls.costs(1_000).estimate(call, MustPrice.UNCOUNTED, CallLimits.mostGuessed(List.of()));
    }

    private static Reply reply(int status, @Nullable Usage usage) {
        return new UnaryReply(status, MultiMap.caseInsensitiveMultiMap(), Buffer.buffer("{}"), usage, null);
    }

    private void attempt(int status, @Nullable String failure) {
        CallRecord.Attempt attempt = call.record().attempt(Try.first(Sample.target("b")), 1);
        attempt.status = status;
        attempt.failure = failure;
    }
}
