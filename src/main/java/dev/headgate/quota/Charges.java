// SPDX-License-Identifier: Apache-2.0
package dev.headgate.quota;

import dev.headgate.metering.UsageJournal;
import dev.headgate.metering.UsageJournal.Charge;
import dev.headgate.metering.UsageJournal.Counted;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Names the counters of calendar limits in a usage journal by {@link Limit#path} and {@link Window#label}, and finds them by that. */
final class Charges {
    private Charges() {}

    /** Where a granted call counts: on every calendar limit, in the window that holds the moment. */
    static List<Charge> of(Reservation wish, List<Standing> standings, long epochMicros) {
        List<Charge> charges = new ArrayList<>();
        for (Limit limit : wish.limits()) {
            if (limit.kind().isCalendar()) {
                Window window = wish.calendar().of(limit.kind()).at(epochMicros);
                charges.add(of(isShared(limit, standings) ? inSharedBucket(limit) : limit, window));
            }
        }
        return charges;
    }

    static Charge of(Limit limit, Window window) {
        return new Charge(limit.path(), counted(limit.kind()), window.label(), window.endMicros());
    }

    /**
     * The counter of a sum; null if it is none of a calendar limit. The sum does not tell the limit's amount, nor the time zone: the
     * window begins at midnight in UTC, which a repair does not look at.
     */
    static QuotaStore.@Nullable Total total(UsageJournal.Total sum) {
        Charge charge = sum.charge();
        Limit limit = limit(charge.name());
        if (limit == null || counted(limit.kind()) != charge.counted()) {
            return null;
        }
        try {
            long start = LocalDate.parse(charge.window())
                            .atStartOfDay(ZoneOffset.UTC)
                            .toEpochSecond()
                    * 1_000_000;
            return new QuotaStore.Total(limit, new Window(charge.window(), start, charge.endsMicros()), sum.used());
        } catch (DateTimeParseException notOurs) {
            return null;
        }
    }

    /** Of a calendar kind, by its path; a key's or route's name may have slashes itself. */
    private static @Nullable Limit limit(String path) {
        int last = path.lastIndexOf('/');
        if (last < 0) {
            return null;
        }
        Scope scope = scope(path.substring(0, last));
        LimitKind kind = kind(path.substring(last + 1));
        return scope == null || kind == null ? null : new Limit(scope, LimitRule.of(kind, 0));
    }

    private static @Nullable Scope scope(String path) {
        for (Scope.Type type : Scope.Type.values()) {
            if (type == Scope.Type.TENANT) {
                if (path.equals(type.word())) {
                    return Scope.tenant();
                }
            } else if (path.startsWith(type.word() + '/')) {
                return new Scope(type, path.substring(type.word().length() + 1));
            }
        }
        return null;
    }

    private static @Nullable LimitKind kind(String word) {
        for (LimitKind kind : LimitKind.values()) {
            if (kind.isCalendar() && kind.word().equals(word)) {
                return kind;
            }
        }
        return null;
    }

    private static Counted counted(LimitKind kind) {
        return switch (kind.measure()) {
            case REQUESTS -> Counted.REQUESTS;
            case TOKENS -> Counted.TOKENS;
            case MONEY -> Counted.MONEY;
            case CALLS -> throw new IllegalArgumentException(kind.word() + " has no window");
        };
    }

    private static boolean isShared(Limit limit, List<Standing> standings) {
        return limit.scope().type().isOpen()
                && standings.stream()
                        .anyMatch(standing ->
                                standing.shared() && standing.limit().path().equals(limit.path()));
    }

    private static Limit inSharedBucket(Limit limit) {
        return new Limit(limit.scope().shared(), limit.rule());
    }
}
