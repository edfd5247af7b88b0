// SPDX-License-Identifier: Apache-2.0
package dev.headgate.store.local;

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
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/** What a usage journal says: calls that are not confirmed, and the sums of all others, by counters and by rows. Not thread-safe. */
final class UsageBook {
    /** Stores forget what is not settled after as long, so that telling them makes no difference any more. */
    static final long FORGOTTEN_MICROS = Duration.ofDays(2).toNanos() / 1_000;

    private record Counter(String tenant, String name, Counted counted, String window) {}

    private record Sum(long endsMicros, long used, long unpriced) {
        Sum plus(Sum more) {
            return new Sum(Math.max(endsMicros, more.endsMicros), used + more.used, unpriced + more.unpriced);
        }
    }

    private final Map<String, Pending> pending = new LinkedHashMap<>();
    private final Map<Counter, Sum> confirmed = new HashMap<>();
    private final Map<UsageRow.Label, UsageSum> rows = new HashMap<>();
    private String id = "";

    void begin(Begin begin) {
        pending.putIfAbsent(begin.id(), new Pending(begin, null));
    }

    void settle(Settlement settlement) {
        Pending call = pending.get(settlement.id());
        if (call != null && call.settlement() == null) {
            pending.put(settlement.id(), new Pending(call.begin(), settlement));
        }
    }

    /** Only what is settled can be confirmed. */
    void confirm(String id) {
        Pending call = pending.get(id);
        if (call != null && call.settlement() != null) {
            pending.remove(id);
            take(call);
        }
    }

    /** Adds calls to the rows that were never begun. */
    void add(UsageRow row) {
        rows.merge(row.label(), row.sum(), UsageSum::plus);
    }

    /** The journal's name, empty if it has none yet. */
    String id() {
        return id;
    }

    void name(String given) {
        id = given;
    }

    void add(Total total) {
        Charge charge = total.charge();
        Sum sum = new Sum(charge.endsMicros(), total.used(), total.unpriced());
        confirmed.merge(counter(total.tenant(), charge), sum, Sum::plus);
    }

    int size() {
        return pending.size();
    }

    List<Pending> pending() {
        return List.copyOf(pending.values());
    }

    /** Of all calls. */
    List<Total> totals() {
        Map<Counter, Sum> all = new HashMap<>(confirmed);
        pending.values().forEach(call -> count(all, call));
        return totals(all);
    }

    /** Of confirmed calls only, which is what a journal keeps of them. */
    List<Total> confirmedTotals() {
        return totals(confirmed);
    }

    /** Drops windows that ended long ago, and takes calls that nobody will confirm any more for confirmed. */
    void forget(long nowMicros) {
        long before = nowMicros - FORGOTTEN_MICROS;
        List<Pending> old = new ArrayList<>();
        for (Pending call : pending.values()) {
            if (call.begin().atMicros() < before) {
                old.add(call);
            }
        }
        for (Pending call : old) {
            pending.remove(call.begin().id());
            take(call);
        }
        confirmed.values().removeIf(sum -> sum.endsMicros() < before);
        String firstDay = firstDayKept(nowMicros);
        rows.keySet().removeIf(label -> label.origin().day().compareTo(firstDay) < 0);
    }

    /** The first of the month before the last; a day late, because somewhere it is still yesterday. */
    static String firstDayKept(long nowMicros) {
        return LocalDate.ofInstant(Instant.ofEpochSecond(nowMicros / 1_000_000), ZoneOffset.UTC)
                .minusDays(1)
                .withDayOfMonth(1)
                .minusMonths(2)
                .toString();
    }

    /** Of calls that are over. */
    List<UsageRow> rows(String fromDay) {
        Map<UsageRow.Label, UsageSum> all = new HashMap<>();
        rows.forEach((label, sum) -> {
            if (label.origin().day().compareTo(fromDay) >= 0) {
                all.put(label, sum);
            }
        });
        for (Pending call : pending.values()) {
            if (call.settlement() != null && call.begin().origin().day().compareTo(fromDay) >= 0) {
                eachRow(call, (label, sum) -> all.merge(label, sum, UsageSum::plus));
            }
        }
        return rows(all);
    }

    /** Of confirmed calls only, which is what a journal keeps of them. */
    List<UsageRow> confirmedRows() {
        return rows(rows);
    }

    private static List<UsageRow> rows(Map<UsageRow.Label, UsageSum> sums) {
        List<UsageRow> rows = new ArrayList<>(sums.size());
        sums.forEach((label, sum) -> rows.add(new UsageRow(label, sum)));
        return rows;
    }

    private void take(Pending call) {
        count(confirmed, call);
        eachRow(call, (label, sum) -> rows.merge(label, sum, UsageSum::plus));
    }

    private static void eachRow(Pending call, BiConsumer<UsageRow.Label, UsageSum> action) {
        UsageOrigin origin = call.begin().origin();
        Settlement settled = call.settlement();
        if (settled == null) {
            action.accept(new UsageRow.Label(origin, ""), call.begin().estimate());
            return;
        }
        for (UsagePart part : settled.parts()) {
            action.accept(new UsageRow.Label(origin, part.model()), part.sum());
        }
    }

    private static void count(Map<Counter, Sum> sums, Pending call) {
        Settlement settled = call.settlement();
        UsageSum amount = settled == null ? call.begin().estimate() : settled.actual();
        for (Charge charge : call.begin().charges()) {
            Counter counter = counter(call.begin().tenant(), charge);
            sums.merge(counter, sum(charge, amount), Sum::plus);
        }
    }

    private static Sum sum(Charge charge, UsageSum amount) {
        return switch (charge.counted()) {
            case REQUESTS -> new Sum(charge.endsMicros(), amount.requests(), 0);
            case TOKENS -> new Sum(charge.endsMicros(), amount.tokens(), 0);
            case MONEY -> new Sum(charge.endsMicros(), amount.nanoDollars(), amount.unpriced());
        };
    }

    private static Counter counter(String tenant, Charge charge) {
        return new Counter(tenant, charge.name(), charge.counted(), charge.window());
    }

    private static List<Total> totals(Map<Counter, Sum> sums) {
        List<Total> totals = new ArrayList<>(sums.size());
        sums.forEach((counter, sum) -> totals.add(new Total(
                counter.tenant,
                new Charge(counter.name, counter.counted, counter.window, sum.endsMicros),
                sum.used,
                sum.unpriced)));
        return totals;
    }
}
