// SPDX-License-Identifier: Apache-2.0
package dev.headgate.config;

import dev.headgate.call.AddressRange;
import dev.headgate.call.Nearest;
import dev.headgate.quota.LimitRule;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a key's value may be: the one description that the reader, the schema and the reference page share. */
sealed interface Kind {
    /** A scalar. */
    sealed interface Leaf extends Kind {
        /** The value of the text, or what was expected in its place. */
        Object parse(String text) throws Mismatch;
    }

    record Text(Names names) implements Leaf {
        @Override
        public Object parse(String text) throws Mismatch {
            if (!names.pattern.matcher(text).matches()) {
                throw new Mismatch(ProblemCode.BAD_NAME, names.like, null);
            }
            return text;
        }
    }

    record Flag() implements Leaf {
        @Override
        public Object parse(String text) throws Mismatch {
            return switch (text) {
                case "true" -> true;
                case "false" -> false;
                default -> throw new Mismatch("true or false");
            };
        }
    }

    record Whole(long min, long max) implements Leaf {
        @Override
        public Object parse(String text) throws Mismatch {
            if (!text.matches("-?[0-9]{1,9}")) {
                throw new Mismatch("a whole number");
            }
            int value = Integer.parseInt(text);
            inRange(value, min, max, "");
            return value;
        }
    }

    record Amount(long min, long max) implements Leaf {
        @Override
        public Object parse(String text) throws Mismatch {
            Units.Count count = Units.count(text);
            inRange(count.value(), min, max, "");
            return count;
        }
    }

    record Size(long min) implements Leaf {
        @Override
        public Object parse(String text) throws Mismatch {
            Units.ByteSize size = Units.size(text);
            inRange(size.bytes(), min, Long.MAX_VALUE, " bytes");
            return size;
        }
    }

    record Share(long min, long max) implements Leaf {
        @Override
        public Object parse(String text) throws Mismatch {
            Units.Percent percent = Units.percent(text);
            inRange(percent.value(), min, Math.min(max, 100), "%");
            return percent;
        }
    }

    record Time(long minMillis, long maxMillis) implements Leaf {
        @Override
        public Object parse(String text) throws Mismatch {
            Duration duration = Units.duration(text);
            inRange(duration, minMillis, maxMillis);
            return duration;
        }
    }

    record TimeRange(long minMillis) implements Leaf {
        @Override
        public Object parse(String text) throws Mismatch {
            Units.DurationRange range = Units.durations(text);
            inRange(range.from(), minMillis, Long.MAX_VALUE);
            inRange(range.to(), minMillis, Long.MAX_VALUE);
            return range;
        }
    }

    /** A number of slots, or {@code adaptive}. */
    record Slots(long min, long max) implements Leaf {
        @Override
        public Object parse(String text) throws Mismatch {
            if (text.equals(Units.ADAPTIVE)) {
                return new Units.Slots(0);
            }
            if (!text.matches("[0-9]{1,9}")) {
                throw new Mismatch("a whole number or " + Units.ADAPTIVE);
            }
            int value = Integer.parseInt(text);
            inRange(value, min, max, "");
            return new Units.Slots(value);
        }
    }

    record Day() implements Leaf {
        @Override
        public Object parse(String text) throws Mismatch {
            try {
                return LocalDate.parse(text);
            } catch (DateTimeParseException e) {
                throw new Mismatch("a date such as 2027-01-01");
            }
        }
    }

    /** US dollars, exact to nine decimals. */
    record Money(long minNanos) implements Leaf {
        @Override
        public Object parse(String text) throws Mismatch {
            Units.Usd usd = Units.usd(text);
            if (usd.nanos() < minNanos || usd.nanos() > LimitRule.MOST) {
                String least = minNanos == 0 ? "0 to" : "more than 0 and at most";
                throw new Mismatch(ProblemCode.OUT_OF_RANGE, least + " 9,007,199 US dollars", null);
            }
            return usd;
        }
    }

    /** A zone of the time zone database, as java.time knows it. */
    record Zone() implements Leaf {
        @Override
        public Object parse(String text) throws Mismatch {
            try {
                return ZoneId.of(text);
            } catch (DateTimeException e) {
                String near = Nearest.to(text, ZoneId.getAvailableZoneIds());
                throw new Mismatch(
                        ProblemCode.WRONG_TYPE,
                        "a time zone such as Europe/Berlin or UTC",
                        near == null ? null : "did you mean \"" + near + "\"?");
            }
        }
    }

    /** An address or a CIDR block. */
    record Addresses() implements Leaf {
        @Override
        public Object parse(String text) throws Mismatch {
            AddressRange range = AddressRange.of(text);
            if (range == null) {
                throw new Mismatch(
                        ProblemCode.ADDRESS,
                        "an address such as 10.1.2.3, or a block such as 10.0.0.0/8 or fd00::/8",
                        text.contains("/") ? "behind a block's prefix all bits are zero" : null);
            }
            return range;
        }
    }

    /** {@code fileOnly} for what is public but long, such as certificates. */
    record Hidden(boolean fileOnly) implements Leaf {
        @Override
        public Object parse(String text) throws Mismatch {
            return fileOnly ? SecretRef.parseFile(text) : SecretRef.parse(text);
        }
    }

    record Choice(Class<? extends Enum<?>> type) implements Leaf {
        private static final Pattern UNDERSCORE = Pattern.compile("_([a-z])");

        List<String> words() {
            return Arrays.stream(type.getEnumConstants()).map(Choice::word).toList();
        }

        /** {@code LEAST_IN_FLIGHT} is written {@code leastInFlight}. */
        static String word(Enum<?> constant) {
            return UNDERSCORE
                    .matcher(constant.name().toLowerCase(Locale.ROOT))
                    .replaceAll(m -> m.group(1).toUpperCase(Locale.ROOT));
        }

        @Override
        public Object parse(String text) throws Mismatch {
            int index = words().indexOf(text);
            if (index >= 0) {
                return type.getEnumConstants()[index];
            }
            Later later = Shape.later(type, text);
            if (later != null) {
                throw new Mismatch(
                        ProblemCode.LATER_WORD,
                        String.join(" or ", words()),
                        "\"" + text + "\" belongs to a feature that this version does not have yet (" + later.feature()
                                + ")");
            }
            String near = Nearest.to(text, words());
            throw new Mismatch(
                    ProblemCode.WRONG_TYPE,
                    String.join(" or ", words()),
                    near == null ? null : "did you mean \"" + near + "\"?");
        }
    }

    /** Any YAML, rendered to JSON. */
    record Free() implements Kind {}

    /** A value whose place is kept. */
    record Located(Kind kind) implements Kind {}

    /** A scalar, or a mapping that says more. */
    record ShortOrLong(Leaf brief, Group full) implements Kind {}

    record Many(Kind item, int least, int most) implements Kind {}

    record Named(Kind value, Names names, int least) implements Kind {}

    record Group(Shape shape) implements Kind {}

    private static void inRange(Duration value, long minMillis, long maxMillis) throws Mismatch {
        boolean bounded = maxMillis != Long.MAX_VALUE;
        Duration most = bounded ? Duration.ofMillis(maxMillis) : Duration.ofDays(365);
        if (value.toMillis() < minMillis || value.compareTo(most) > 0) {
            String range = "a duration from " + minMillis + "ms to " + (bounded ? Notation.duration(most) : "365d");
            throw new Mismatch(ProblemCode.OUT_OF_RANGE, range, null);
        }
    }

    private static void inRange(long value, long min, long max, String unit) throws Mismatch {
        if (value < min || value > max) {
            throw new Mismatch(
                    ProblemCode.OUT_OF_RANGE,
                    max == Long.MAX_VALUE
                            ? "at least " + min + unit
                            : "a number from " + min + " to " + max + (unit.isEmpty() ? "" : " in " + unit.strip()),
                    null);
        }
    }

    /** Whether problems must not show what was written here. */
    static boolean isSecret(@Nullable Kind kind) {
        return switch (kind) {
            case Hidden hidden -> !hidden.fileOnly();
            case Located located -> isSecret(located.kind());
            case Many many -> isSecret(many.item());
            case null, default -> false;
        };
    }
}
