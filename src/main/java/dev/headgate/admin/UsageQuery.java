// SPDX-License-Identifier: Apache-2.0
package dev.headgate.admin;

import dev.headgate.metering.UsageOrigin;
import dev.headgate.metering.UsageRow;
import dev.headgate.metering.UsageSum;
import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.temporal.TemporalAdjusters;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * What is asked of usage. Pure.
 *
 * @param filters names that rows must have
 * @param from the first day
 * @param to the last day
 * @param by what rows are told apart by
 */
record UsageQuery(Map<Member, String> filters, Window window, LocalDate from, LocalDate to, Set<Member> by) {
    /** The model of calls of which none is known: their process died, or no backend was asked. */
    static final String UNKNOWN = "unknown";

    /** What rows can be told apart by, in the order in which they say it. */
    enum Member {
        WINDOW,
        TENANT,
        KEY,
        ROUTE,
        MODEL;

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        private String of(UsageRow row, Window window) {
            UsageOrigin origin = row.label().origin();
            String model = row.label().model();
            return switch (this) {
                case WINDOW -> window.of(origin.day());
                case TENANT -> origin.tenant();
                case KEY -> origin.key();
                case ROUTE -> origin.route();
                case MODEL -> model.isEmpty() ? UNKNOWN : model;
            };
        }
    }

    /** How long windows are. */
    enum Window {
        DAY,
        WEEK,
        MONTH;

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** The first day of the window that holds a day; weeks begin on Monday (ISO 8601). */
        private String of(String day) {
            return switch (this) {
                case DAY -> day;
                case WEEK ->
                    LocalDate.parse(day)
                            .with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY))
                            .toString();
                case MONTH -> LocalDate.parse(day).withDayOfMonth(1).toString();
            };
        }
    }

    /** A row of the answer: the names that it is told apart by, in their order, and the sum of what has them. */
    record Group(Map<Member, String> names, UsageSum sum) {}

    /** The rows that have the names of the filters, added up. A week or month holds only the days that are asked for. */
    List<Group> groups(List<UsageRow> rows) {
        Map<Map<Member, String>, UsageSum> groups = new HashMap<>();
        for (UsageRow row : rows) {
            if (has(row)) {
                Map<Member, String> names = new EnumMap<>(Member.class);
                by.forEach(member -> names.put(member, member.of(row, window)));
                groups.merge(names, row.sum(), UsageSum::plus);
            }
        }
        return groups.entrySet().stream()
                .map(entry -> new Group(entry.getKey(), entry.getValue()))
                .sorted(Comparator.comparing(group -> group.names.values(), UsageQuery::compare))
                .toList();
    }

    private boolean has(UsageRow row) {
        for (Map.Entry<Member, String> filter : filters.entrySet()) {
            if (!filter.getValue().equals(filter.getKey().of(row, window))) {
                return false;
            }
        }
        return true;
    }

    private static int compare(Iterable<String> one, Iterable<String> other) {
        Iterator<String> others = other.iterator();
        for (String name : one) {
            int order = name.compareTo(others.next());
            if (order != 0) {
                return order;
            }
        }
        return 0;
    }
}
