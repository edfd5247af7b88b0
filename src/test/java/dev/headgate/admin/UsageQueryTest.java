// SPDX-License-Identifier: Apache-2.0
package dev.headgate.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headgate.metering.UsageOrigin;
import dev.headgate.metering.UsagePart;
import dev.headgate.metering.UsageRow;
import dev.headgate.metering.UsageSum;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class UsageQueryTest {
    private static final LocalDate TODAY = LocalDate.parse("2026-11-21");

    /** Two tenants, over the end of October, which was a Saturday. */
    private static final List<UsageRow> ROWS = List.of(
            row("acme", "web", "chat", "big", "2026-10-31", 1),
            row("acme", "web", "chat", "big", "2026-11-01", 2),
            row("acme", "web", "chat", "small", "2026-11-01", 4),
            row("acme", "batch", "embed", "small", "2026-11-02", 8),
            row("acme", "batch", "chat", "", "2026-11-02", 16),
            row("beta", "web", "chat", "big", "2026-11-02", 32));

    @Test
    void tells_rows_apart_by_everything_that_is_asked_for() throws Exception {
        assertThat(groups("from=2026-10-01", "to=2026-11-30")).hasSize(ROWS.size());
        assertThat(groups("from=2026-10-01", "to=2026-11-30", "by=tenant")).containsExactly("acme 31", "beta 32");
        assertThat(groups("from=2026-10-01", "to=2026-11-30", "by=model,key"))
                .containsExactly("batch small 8", "batch unknown 16", "web big 35", "web small 4");
    }

    @Test
    void weeks_begin_on_monday_and_months_on_the_first() throws Exception {
        assertThat(groups("from=2026-10-01", "by=window", "window=week"))
                .containsExactly("2026-10-26 7", "2026-11-02 56");
        assertThat(groups("from=2026-10-01", "by=window", "window=month"))
                .containsExactly("2026-10-01 1", "2026-11-01 62");
        assertThat(groups("from=2026-10-01", "by=window"))
                .containsExactly("2026-10-31 1", "2026-11-01 6", "2026-11-02 56");
    }

    @Test
    void leaves_out_what_does_not_have_the_names() throws Exception {
        String[] all = {"from=2026-10-01", "by=window"};
        assertThat(groups(all, "tenant=beta")).containsExactly("2026-11-02 32");
        assertThat(groups(all, "key=batch", "route=embed")).containsExactly("2026-11-02 8");
        assertThat(groups(all, "model=unknown")).containsExactly("2026-11-02 16");
        assertThat(groups(all, "model=nobody")).isEmpty();
    }

    @Test
    void every_number_is_added_up() {
        UsageSum one = new UsageSum(1, 2, 3, 4, 5, 6, 7, 8);
        assertThat(one.plus(one)).isEqualTo(new UsageSum(2, 4, 6, 8, 10, 12, 14, 16));
    }

    @Test
    void the_present_month_is_meant_if_no_other_is_named() throws Exception {
        assertThat(span()).isEqualTo("2026-11-01 2026-11-30");
        assertThat(span("from=2026-09-15")).isEqualTo("2026-09-15 2026-11-30");
        assertThat(span("to=2026-10-09")).isEqualTo("2026-10-01 2026-10-09");
    }

    @Test
    void says_what_is_wrong_and_what_was_meant() {
        assertMisuse("There is no parameter \"tenent\"; did you mean tenant?", "tenent=acme");
        assertMisuse("There is no window \"weak\"; did you mean week? There are day, week, month.", "window=weak");
        assertMisuse("There is no member of by \"usr\".", "by=tenant,usr");
        assertMisuse("There is no member of by \"\".", "by=tenant,");
        assertMisuse("from is \"yesterday\", which is no day: write it as 2026-11-21.", "from=yesterday");
        assertMisuse("to is \"2026-11-31\", which is no day", "to=2026-11-31");
        assertMisuse("which is no day", "from=+999999999-12-31", "to=+999999999-12-31");
        assertMisuse("from must not be after to", "from=2026-11-02", "to=2026-11-01");
        assertMisuse("are more than 100 days", "from=2026-01-01");
        assertMisuse("The parameter key is there twice.", "key=a", "key=b");
        assertMisuse("The parameter tenant is empty", "tenant=");
    }

    private static void assertMisuse(String message, String... query) {
        assertThatThrownBy(() -> query(query))
                .isInstanceOf(UsageParameters.Misuse.class)
                .hasMessageContaining(message);
    }

    private static String span(String... query) throws UsageParameters.Misuse {
        UsageQuery asked = query(query);
        return asked.from() + " " + asked.to();
    }

    private static List<String> groups(String[] some, String... more) throws UsageParameters.Misuse {
        List<String> all = new ArrayList<>(List.of(some));
        all.addAll(List.of(more));
        return groups(all.toArray(String[]::new));
    }

    /** The names of each group and how many requests it has. */
    private static List<String> groups(String... query) throws UsageParameters.Misuse {
        return query(query).groups(ROWS).stream()
                .map(group -> String.join(" ", group.names().values()) + " "
                        + group.sum().requests())
                .toList();
    }

    private static UsageQuery query(String... query) throws UsageParameters.Misuse {
        return UsageParameters.read(
                Arrays.stream(query)
                        .map(one -> one.split("=", 2))
                        .map(pair -> Map.entry(pair[0], pair[1]))
                        .toList(),
                TODAY);
    }

    private static UsageRow row(String tenant, String key, String route, String model, String day, long requests) {
        return UsageRow.of(
                new UsageOrigin(tenant, key, route, day),
                new UsagePart(model, new UsageSum(requests, 0, 0, 0, 0, 0, 0, 0)));
    }
}
