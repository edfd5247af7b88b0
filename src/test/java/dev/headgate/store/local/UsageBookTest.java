// SPDX-License-Identifier: Apache-2.0
package dev.headgate.store.local;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.metering.UsageJournal.Begin;
import dev.headgate.metering.UsageJournal.Charge;
import dev.headgate.metering.UsageJournal.Counted;
import dev.headgate.metering.UsageJournal.Pending;
import dev.headgate.metering.UsageJournal.Settlement;
import dev.headgate.metering.UsageJournal.Total;
import dev.headgate.metering.UsageOrigin;
import dev.headgate.metering.UsagePart;
import dev.headgate.metering.UsageRow;
import dev.headgate.metering.UsageSum;
import java.io.IOException;
import java.io.StringReader;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class UsageBookTest {
    private static final long NOW = 1_800_000_000_000_000L;
    private static final Charge TOKENS = new Charge("tenant/tokensPerDay", Counted.TOKENS, "2027-01-15", NOW);
    private static final Charge MONEY = new Charge("key/wéb/usdPerDay", Counted.MONEY, "2027-01-15", NOW);
    private static final Charge REQUESTS = new Charge("tenant/requestsPerDay", Counted.REQUESTS, "2027-01-15", NOW);

    static final UsageOrigin ORIGIN = new UsageOrigin("acme", "web", "chat", "2027-01-15");

    private final UsageBook book = new UsageBook();

    @Test
    void counts_a_call_at_its_estimate_until_it_is_settled() {
        book.begin(begin("a", 100, 50L));
        assertThat(used()).containsExactlyInAnyOrder("REQUESTS 1 0", "TOKENS 100 0", "MONEY 50 0");

        book.settle(settle("a", 30, 20L));
        assertThat(used()).containsExactlyInAnyOrder("REQUESTS 1 0", "TOKENS 30 0", "MONEY 20 0");

        book.confirm("a");
        assertThat(used()).containsExactlyInAnyOrder("REQUESTS 1 0", "TOKENS 30 0", "MONEY 20 0");
        assertThat(book.pending()).isEmpty();
    }

    @Test
    void the_confirmed_part_leaves_out_what_the_store_has_not_heard_of() {
        book.begin(begin("a", 100, 50L));
        book.begin(begin("b", 100, 50L));
        book.begin(begin("c", 100, 50L));
        book.settle(settle("a", 30, 20L));
        book.confirm("a");
        book.settle(settle("b", 7, 5L));

        assertThat(book.confirmedTotals())
                .extracting(total -> total.charge().counted() + " " + total.used())
                .containsExactlyInAnyOrder("REQUESTS 1", "TOKENS 30", "MONEY 20");
    }

    @Test
    void changes_nothing_when_it_is_told_twice() {
        for (int i = 0; i < 2; i++) {
            book.begin(begin("a", 100, 50L));
            book.begin(begin("a", 999, 999L));
        }
        book.settle(settle("a", 30, 20L));
        book.settle(settle("a", 999, 999L));
        book.confirm("a");
        book.confirm("a");
        book.settle(settle("a", 999, 999L));

        assertThat(used()).containsExactlyInAnyOrder("REQUESTS 1 0", "TOKENS 30 0", "MONEY 20 0");
    }

    @Test
    void confirms_only_what_is_settled_and_settles_only_what_has_begun() {
        book.settle(settle("a", 1, 1L));
        book.confirm("a");
        book.begin(begin("a", 100, 50L));
        book.confirm("a");

        assertThat(book.pending()).containsExactly(new Pending(begin("a", 100, 50L), null));
    }

    @Test
    void shows_calls_whose_price_is_not_known() {
        book.begin(begin("a", 100, 50L));
        book.settle(settle("a", 30, null));
        book.begin(begin("b", 1, null));

        assertThat(used()).contains("MONEY 0 2");
    }

    @Test
    void gives_up_calls_that_no_store_remembers_and_windows_of_long_ago() {
        book.begin(begin("a", 100, 50L));
        book.forget(NOW + UsageBook.FORGOTTEN_MICROS);
        assertThat(book.pending()).hasSize(1);

        book.forget(NOW + UsageBook.FORGOTTEN_MICROS + 1);
        assertThat(book.pending()).isEmpty();
        assertThat(book.totals()).isEmpty();
    }

    @Test
    void keeps_the_sum_of_a_call_that_it_gives_up_while_its_window_lasts() {
        Charge month = new Charge("tenant/usdPerMonth", Counted.MONEY, "2027-01-01", NOW + UsageBook.FORGOTTEN_MICROS);
        book.begin(new Begin("a", ORIGIN, NOW, sum(100, 50L), List.of(month)));
        book.forget(NOW + UsageBook.FORGOTTEN_MICROS + 1);

        assertThat(book.totals()).containsExactly(new Total("acme", month, 50, 0));
    }

    @Test
    void rows_hold_what_is_settled_once_whether_it_is_confirmed_or_not() {
        for (String id : List.of("a", "b", "c")) {
            book.begin(begin(id, 90, 50L));
        }
        book.settle(settle("a", 30, 20L));
        book.confirm("a");
        book.settle(settle("b", 3, 2L));
        book.add(new UsageRow(new UsageRow.Label(ORIGIN, "m"), sum(6, null)));

        assertThat(book.rows(""))
                .containsExactly(
                        new UsageRow(new UsageRow.Label(ORIGIN, "m"), new UsageSum(3, 26, 0, 13, 0, 22, 1, 0)));
        book.confirm("b");
        assertThat(book.rows(""))
                .hasSize(1)
                .first()
                .extracting(row -> row.sum().tokens())
                .isEqualTo(39L);
        assertThat(book.rows("2027-01-16")).isEmpty();
    }

    @Test
    void a_call_that_was_taken_back_stands_in_no_row() {
        book.begin(begin("a", 100, 50L));
        book.settle(new Settlement("a", NOW, List.of()));

        assertThat(book.rows("")).isEmpty();
        assertThat(used()).containsExactlyInAnyOrder("REQUESTS 0 0", "TOKENS 0 0", "MONEY 0 0");
    }

    @Test
    void keeps_rows_of_this_month_and_of_the_two_before() {
        for (String day : List.of("2026-10-31", "2026-11-01", "2027-01-15")) {
            book.add(new UsageRow(new UsageRow.Label(new UsageOrigin("acme", "web", "chat", day), "m"), sum(1, 1L)));
        }
        book.forget(NOW);

        assertThat(book.rows(""))
                .extracting(row -> row.label().origin().day())
                .containsExactlyInAnyOrder("2026-11-01", "2027-01-15");
        assertThat(UsageBook.firstDayKept(micros("2027-02-01T12:00:00Z")))
                .as("still January somewhere")
                .isEqualTo("2026-11-01");
        assertThat(UsageBook.firstDayKept(micros("2027-02-02T00:00:00Z"))).isEqualTo("2026-12-01");
    }

    private static long micros(String instant) {
        return Instant.parse(instant).getEpochSecond() * 1_000_000;
    }

    @Test
    void says_the_same_however_a_crash_cuts_its_lines() throws IOException {
        List<String> lines = lines();
        byte[] whole = String.join("", lines).getBytes(US_ASCII);
        for (int cut = 0; cut <= whole.length; cut++) {
            String left = new String(Arrays.copyOf(whole, cut), US_ASCII);
            UsageBook expected = new UsageBook();
            String sure = "";
            for (String line : lines) {
                if (left.length() >= sure.length() + line.length() - 1) {
                    assertThat(UsageLine.apply(line.strip(), expected)).isTrue();
                }
                sure += line;
            }
            UsageBook read = new UsageBook();
            long unreadable = UsageLog.read(new StringReader(left), read);

            assertThat(read.pending()).as("cut at %d", cut).isEqualTo(expected.pending());
            assertThat(read.totals()).containsExactlyInAnyOrderElementsOf(expected.totals());
            assertThat(read.rows("")).containsExactlyInAnyOrderElementsOf(expected.rows(""));
            assertThat(read.id()).isEqualTo(expected.id());
            assertThat(unreadable).isLessThanOrEqualTo(1);
        }
    }

    @Test
    void goes_on_behind_a_line_that_is_torn() throws IOException {
        String torn = UsageLine.begin(begin("torn", 1, 1L));
        String text = UsageLine.begin(begin("a", 1, 1L)) + torn.substring(0, 20) + "\n\n"
                + UsageLine.begin(begin("b", 1, 1L));
        UsageBook read = new UsageBook();

        assertThat(UsageLog.read(new StringReader(text), read)).isEqualTo(1);
        assertThat(read.pending()).extracting(call -> call.begin().id()).containsExactly("a", "b");
    }

    @Test
    void understands_nothing_but_its_own_lines() {
        for (String line : List.of(
                "x",
                "{}",
                "[]",
                "[\"b\"]",
                "[\"z\",\"a\"]",
                "[\"c\",1]",
                "[\"c\",\"a\",\"b\"]",
                "[\"s\",\"a\",1,[\"m\",[1,1,1,1,1,1,1]]]",
                "[\"s\",\"a\",1,[\"m\",[1,1,1,1,1,1,1,1]]",
                "[\"u\",\"acme\",\"web\",\"chat\",\"2027-01-15\",[1]]",
                "[\"j\"]",
                "[\"t\",\"acme\",1,0]",
                "[\"b\",\"a\",\"acme\",\"web\",\"chat\",\"2027-01-15\",1,[1,1,1,1,1,1,1,1],[\"n\",\"APPLES\",\"w\",1]]",
                "[\"c\",\"a\"]]")) {
            assertThat(UsageLine.apply(line, book)).as(line).isFalse();
        }
        assertThat(book.pending()).isEmpty();
    }

    /** One of each kind, in an order that a journal may have. */
    private static List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(UsageLine.total(new Total("acme", TOKENS, 1_000, 0)));
        lines.add(UsageLine.name("journal"));
        lines.add(UsageLine.row(new UsageRow(new UsageRow.Label(ORIGIN, "big/möd\"el"), sum(9, 8L))));
        lines.add(UsageLine.begin(begin("a", 100, 50L)));
        lines.add(UsageLine.begin(begin("b", 200, null)));
        lines.add(UsageLine.settle(settle("a", 30, 20L)));
        lines.add(UsageLine.confirm("a"));
        lines.add(UsageLine.settle(settle("b", 60, null)));
        lines.add(UsageLine.begin(begin("c", 300, 70L)));
        return lines;
    }

    private List<String> used() {
        return book.totals().stream()
                .map(total -> total.charge().counted() + " " + total.used() + " " + total.unpriced())
                .toList();
    }

    static Begin begin(String id, long tokens, @Nullable Long nanos) {
        return new Begin(id, ORIGIN, NOW, sum(tokens, nanos), List.of(TOKENS, MONEY, REQUESTS));
    }

    static Settlement settle(String id, long tokens, @Nullable Long nanos) {
        return new Settlement(id, NOW + 5, List.of(new UsagePart("m", sum(tokens, nanos))));
    }

    /** One call with a third of its tokens going out; without a price if there are no nano-dollars. */
    static UsageSum sum(long tokens, @Nullable Long nanos) {
        return new UsageSum(
                1, tokens - tokens / 3, 0, tokens / 3, 0, nanos == null ? 0 : nanos, nanos == null ? 1 : 0, 0);
    }
}
