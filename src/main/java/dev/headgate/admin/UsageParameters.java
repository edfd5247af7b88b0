// SPDX-License-Identifier: Apache-2.0
package dev.headgate.admin;

import dev.headgate.admin.UsageQuery.Member;
import dev.headgate.admin.UsageQuery.Window;
import dev.headgate.call.Nearest;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAdjusters;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads what is asked of usage out of the query of a request. Pure. */
final class UsageParameters {
    /** Usage is kept for the present month and the two before. */
    private static final int MOST_DAYS = 100;

    private static final int MOST_SHOWN = 100;
    /** Without the sign that years of more than four digits have: the last of them has no day after it. */
    private static final Pattern DAY = Pattern.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}");

    private static final List<String> NAMES = List.of("tenant", "key", "route", "model", "window", "from", "to", "by");

    private final Map<String, String> given = new HashMap<>();

    private UsageParameters() {}

    /** A query that cannot be understood; the message says what to mend. */
    static final class Misuse extends Exception {
        private static final long serialVersionUID = 1;

        Misuse(String message) {
            super(message, null, false, false);
        }
    }

    /** @param today a day of the month that is meant if no other is named */
    static UsageQuery read(Iterable<Map.Entry<String, String>> query, LocalDate today) throws Misuse {
        UsageParameters parameters = new UsageParameters();
        for (Map.Entry<String, String> one : query) {
            parameters.take(one.getKey(), one.getValue());
        }
        return parameters.query(today);
    }

    private void take(String name, String value) throws Misuse {
        known("parameter", name, NAMES);
        if (value.isEmpty()) {
            throw new Misuse("The parameter " + name + " is empty: leave it out, or say which.");
        }
        if (given.putIfAbsent(name, value) != null) {
            throw new Misuse("The parameter " + name + " is there twice.");
        }
    }

    private UsageQuery query(LocalDate today) throws Misuse {
        Map<Member, String> filters = new EnumMap<>(Member.class);
        for (Member member : EnumSet.complementOf(EnumSet.of(Member.WINDOW))) {
            String name = given.get(member.word());
            if (name != null) {
                filters.put(member, name);
            }
        }
        String window = given.getOrDefault("window", Window.DAY.word());
        LocalDate from = day("from");
        LocalDate to = day("to");
        LocalDate last = to != null ? to : today.with(TemporalAdjusters.lastDayOfMonth());
        LocalDate first = from != null ? from : (to == null ? today : to).withDayOfMonth(1);
        if (first.isAfter(last)) {
            throw new Misuse("from is " + first + " and to is " + last + ": from must not be after to.");
        }
        if (ChronoUnit.DAYS.between(first, last) >= MOST_DAYS) {
            throw new Misuse("From " + first + " to " + last + " are more than " + MOST_DAYS
                    + " days; usage is kept for the present month and the two before.");
        }
        return new UsageQuery(filters, constant("window", window, Window.class), first, last, members(given.get("by")));
    }

    private @Nullable LocalDate day(String name) throws Misuse {
        String value = given.get(name);
        if (value == null) {
            return null;
        }
        try {
            if (DAY.matcher(value).matches()) {
                return LocalDate.parse(value);
            }
        } catch (DateTimeParseException e) {
            // Told below.
        }
        throw new Misuse(name + " is \"" + shown(value) + "\", which is no day: write it as 2026-11-21.");
    }

    private static Set<Member> members(@Nullable String words) throws Misuse {
        if (words == null) {
            return EnumSet.allOf(Member.class);
        }
        Set<Member> members = EnumSet.noneOf(Member.class);
        for (String word : words.split(",", -1)) {
            members.add(constant("member of by", word.strip(), Member.class));
        }
        return Collections.unmodifiableSet(members);
    }

    private static <E extends Enum<E>> E constant(String what, String word, Class<E> type) throws Misuse {
        known(what, word, words(type));
        return Enum.valueOf(type, word.toUpperCase(Locale.ROOT));
    }

    private static <E extends Enum<E>> List<String> words(Class<E> type) {
        return EnumSet.allOf(type).stream()
                .map(constant -> constant.name().toLowerCase(Locale.ROOT))
                .toList();
    }

    private static void known(String what, String word, List<String> words) throws Misuse {
        if (!words.contains(word)) {
            throw new Misuse(
                    unknown(what, word, Nearest.to(word, words)) + " There are " + String.join(", ", words) + ".");
        }
    }

    static String unknown(String what, String word, @Nullable String near) {
        return "There is no " + what + " \"" + shown(word) + "\""
                + (near == null ? "." : "; did you mean " + near + "?");
    }

    private static String shown(@Nullable String value) {
        String text = String.valueOf(value);
        return text.length() <= MOST_SHOWN ? text : text.substring(0, MOST_SHOWN) + "…";
    }
}
