// SPDX-License-Identifier: Apache-2.0
package dev.headgate.metering;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Usage over all processes: tells a shared store what this process's journal says, and adds to it what the others told. Sums are told,
 * not differences, so that nothing counts twice however often it is told. Thread-safe.
 */
public final class UsageLedger {
    /** A call is settled at most so many days after the one on which it began. */
    private static final int OPEN_DAYS = 4;

    private static final int ROWS_AT_ONCE = 500;
    private static final int DAYS_AT_ONCE = 8;

    private final UsageJournal journal;
    private final @Nullable UsageStore shared;
    private final InstantSource clock;

    private Future<Void> publishing = Future.succeededFuture();

    // Touched by the one round that is running.
    /** What was told last of days that are open. */
    private final Map<UsageRow.Label, UsageSum> told = new HashMap<>();

    /** Those that are open, and the latest of each tenant. */
    private final Set<TenantDay> toldDays = new HashSet<>();

    private boolean everything = true;

    /**
     * What is known of usage.
     *
     * @param missing why other processes' parts, or some of this one's, are not in it; null if it is all
     */
    public record Report(List<UsageRow> rows, @Nullable String missing) {}

    private record TenantDay(String tenant, String day) {
        static TenantDay of(UsageRow row) {
            UsageOrigin origin = row.label().origin();
            return new TenantDay(origin.tenant(), origin.day());
        }
    }

    /** @param shared null if there are no other processes */
    public UsageLedger(UsageJournal journal, @Nullable UsageStore shared, InstantSource clock) {
        this.journal = journal;
        this.shared = shared;
        this.clock = clock;
    }

    /**
     * Tells the store what has changed since it was last told, and everything after a start and when the store was emptied. To be called
     * now and then; rounds do not overlap. Does nothing without a store.
     */
    public synchronized Future<Void> publish() {
        UsageStore store = shared;
        if (store != null) {
            publishing = publishing.transform(before -> journal.id().compose(id -> round(store, id)));
        }
        return publishing;
    }

    private Future<Void> round(UsageStore store, String id) {
        String open = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC)
                .minusDays(OPEN_DAYS)
                .toString();
        return inTurn(latestDays(), 1, day -> tell(store, id, day, List.of()))
                .compose(asked -> journal.rows(everything ? "" : open))
                .compose(known -> {
                    everything = false;
                    told.keySet().removeIf(label -> label.origin().day().compareTo(open) < 0);
                    Set<TenantDay> latest = Set.copyOf(latestDays());
                    toldDays.removeIf(day -> day.day.compareTo(open) < 0 && !latest.contains(day));
                    return inTurn(
                            changed(known.rows()), 1, rows -> tell(store, id, TenantDay.of(rows.getFirst()), rows));
                })
                .onFailure(cause -> everything = true);
    }

    /** One for each tenant: enough to see whether the store still knows what it was told. */
    private Collection<TenantDay> latestDays() {
        return toldDays.stream()
                .collect(Collectors.toMap(
                        TenantDay::tenant, day -> day, (one, other) -> one.day.compareTo(other.day) < 0 ? other : one))
                .values();
    }

    private List<List<UsageRow>> changed(List<UsageRow> rows) {
        Map<TenantDay, List<UsageRow>> changed = rows.stream()
                .filter(row -> !row.sum().equals(told.get(row.label())))
                .collect(Collectors.groupingBy(TenantDay::of));
        List<List<UsageRow>> batches = new ArrayList<>();
        for (List<UsageRow> all : changed.values()) {
            for (int from = 0; from < all.size(); from += ROWS_AT_ONCE) {
                batches.add(all.subList(from, Math.min(all.size(), from + ROWS_AT_ONCE)));
            }
        }
        return batches;
    }

    private Future<?> tell(UsageStore store, String id, TenantDay day, List<UsageRow> rows) {
        return store.tell(id, day.tenant, day.day, rows).onSuccess(known -> {
            if (!known && toldDays.contains(day)) {
                told.clear();
                toldDays.clear();
                everything = true;
            }
            if (!rows.isEmpty()) {
                toldDays.add(day);
                rows.forEach(row -> told.put(row.label(), row.sum()));
            }
        });
    }

    /**
     * The rows from a day to a day, both included.
     *
     * @param tenants those of which other processes may have told
     * @param only the one tenant that is asked for, or null for all
     */
    public Future<Report> report(Collection<String> tenants, @Nullable String only, LocalDate from, LocalDate to) {
        return journal.id()
                .otherwise("")
                .compose(id -> journal.rows(from.toString()).compose(own -> {
                    List<UsageRow> rows = new ArrayList<>();
                    Set<String> asked = new TreeSet<>(tenants);
                    for (UsageRow row : own.rows()) {
                        TenantDay day = TenantDay.of(row);
                        asked.add(day.tenant);
                        if (day.day.compareTo(to.toString()) <= 0 && (only == null || only.equals(day.tenant))) {
                            rows.add(row);
                        }
                    }
                    asked.removeIf(tenant -> only != null && !only.equals(tenant));
                    return others(days(asked, from, to), id, rows)
                            .map(v -> new Report(rows, own.fault()))
                            .otherwise(cause -> new Report(
                                    rows,
                                    "the shared store does not answer (" + cause.getMessage()
                                            + "): these are the calls of this process alone"));
                }));
    }

    private Future<Void> others(List<TenantDay> days, String id, List<UsageRow> into) {
        UsageStore store = shared;
        if (store == null) {
            return Future.succeededFuture();
        }
        List<UsageRow> found = new ArrayList<>();
        return inTurn(
                        days,
                        DAYS_AT_ONCE,
                        day -> store.read(day.tenant, day.day, id).onSuccess(rows -> {
                            synchronized (found) {
                                found.addAll(rows);
                            }
                        }))
                .onSuccess(all -> into.addAll(found));
    }

    private static List<TenantDay> days(Collection<String> tenants, LocalDate from, LocalDate to) {
        return tenants.stream()
                .flatMap(tenant -> from.datesUntil(to.plusDays(1)).map(day -> new TenantDay(tenant, day.toString())))
                .toList();
    }

    /** Stops at the first failure. */
    private static <T> Future<Void> inTurn(Collection<T> all, int atOnce, Function<T, Future<?>> step) {
        Promise<Void> done = Promise.promise();
        turn(List.copyOf(all), 0, atOnce, step, done);
        return done.future();
    }

    /** No chain of futures: one of all days of all tenants would end, when it fails, deeper than the stack is. */
    private static <T> void turn(List<T> all, int from, int atOnce, Function<T, Future<?>> step, Promise<Void> done) {
        if (from >= all.size()) {
            done.complete();
            return;
        }
        List<T> some = all.subList(from, Math.min(all.size(), from + atOnce));
        Future.succeededFuture()
                .compose(begun -> Future.join(some.stream().map(step).toList()))
                .onSuccess(taken -> turn(all, from + atOnce, atOnce, step, done))
                .onFailure(done::fail);
    }
}
