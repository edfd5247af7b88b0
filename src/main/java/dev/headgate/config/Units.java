// SPDX-License-Identifier: Apache-2.0
package dev.headgate.config;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The notations of amounts: {@code 250ms}, {@code 50ms..500ms}, {@code 64KB}, {@code 200k}, {@code 5%}, {@code 2.50}. Pure. */
final class Units {
    static final String DURATION = "[0-9]{1,9}(ms|s|m|h|d)";
    static final String SIZE = "[0-9]{1,9}(B|KB|MB|GB)";
    static final String COUNT = "[0-9]{1,9}(\\.[0-9]{1,6})?(k|M)?";
    static final String DURATIONS = DURATION + "(\\.\\." + DURATION + ")?";
    static final String ADAPTIVE = "adaptive";
    /** Nine decimals of a dollar are nano-dollars, so that no amount that can be written is rounded. */
    static final String USD = "[0-9]{1,9}(\\.[0-9]{1,9})?";

    static final String PERCENT = "[0-9]{1,3}%";

    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,9}");
    private static final Pattern PARTS = Pattern.compile("([0-9.]+)([A-Za-z%]*)");

    private Units() {}

    /** {@code 250ms 30s 5m 24h 7d}; whole numbers only. */
    static Duration duration(String text) throws Mismatch {
        Matcher parts = parts(text, DURATION, "a duration such as 250ms, 30s, 5m, 24h or 7d", "s");
        long amount = Long.parseLong(parts.group(1));
        return switch (parts.group(2)) {
            case "ms" -> Duration.ofMillis(amount);
            case "s" -> Duration.ofSeconds(amount);
            case "m" -> Duration.ofMinutes(amount);
            case "h" -> Duration.ofHours(amount);
            default -> Duration.ofDays(amount);
        };
    }

    /** {@code 50ms..500ms}, or one duration for both ends. */
    static DurationRange durations(String text) throws Mismatch {
        int dots = text.indexOf("..");
        try {
            Duration from = duration(dots < 0 ? text : text.substring(0, dots));
            Duration to = dots < 0 ? from : duration(text.substring(dots + 2));
            if (from.compareTo(to) <= 0) {
                return new DurationRange(from, to);
            }
        } catch (Mismatch either) {
            throw new Mismatch("a range of durations such as 50ms..500ms");
        }
        throw new Mismatch(ProblemCode.OUT_OF_RANGE, "a range of durations that begins with the shorter one", null);
    }

    /** {@code 512B 64KB 20MB 1GB} in bytes; a KB has 1,024. */
    static ByteSize size(String text) throws Mismatch {
        Matcher parts = parts(text, SIZE, "a size such as 64KB or 20MB");
        long amount = Long.parseLong(parts.group(1));
        return new ByteSize(
                switch (parts.group(2)) {
                    case "B" -> amount;
                    case "KB" -> amount << 10;
                    case "MB" -> amount << 20;
                    default -> amount << 30;
                });
    }

    /** {@code 600 200k 1.5M}; a k is 1,000. The result must be whole. */
    static Count count(String text) throws Mismatch {
        String expected = "a count such as 600, 200k or 1.5M";
        Matcher parts = parts(text, COUNT, expected);
        long factor = switch (parts.group(2)) {
            case "k" -> 1_000;
            case "M" -> 1_000_000;
            default -> 1;
        };
        try {
            return new Count(new BigDecimal(parts.group(1))
                    .multiply(BigDecimal.valueOf(factor))
                    .longValueExact());
        } catch (ArithmeticException e) {
            throw new Mismatch(expected);
        }
    }

    /** {@code 5%}: whole percent. */
    static Percent percent(String text) throws Mismatch {
        Matcher parts = parts(text, PERCENT, "a percentage such as 5%", "%");
        return new Percent(Integer.parseInt(parts.group(1)));
    }

    /** {@code 2.50}: US dollars. */
    static Usd usd(String text) throws Mismatch {
        if (!text.matches(USD)) {
            throw new Mismatch("an amount of US dollars such as 2.50, with at most nine decimals");
        }
        return new Usd(new BigDecimal(text).movePointRight(9).longValueExact());
    }

    /** @param unit the one that is most likely meant by a number alone */
    private static Matcher parts(String text, String regex, String expected, String unit) throws Mismatch {
        String hint = NUMBER.matcher(text).matches() ? "did you mean " + text + unit + "?" : null;
        return parts(text, regex, new Mismatch(ProblemCode.WRONG_TYPE, expected, hint));
    }

    private static Matcher parts(String text, String regex, String expected) throws Mismatch {
        return parts(text, regex, new Mismatch(expected));
    }

    private static Matcher parts(String text, String regex, Mismatch otherwise) throws Mismatch {
        Matcher parts = PARTS.matcher(text);
        if (!text.matches(regex) || !parts.matches()) {
            throw otherwise;
        }
        return parts;
    }

    /** Both ends included. */
    record DurationRange(Duration from, Duration to) {}

    /** A number of slots; 0 stands for {@code adaptive}. */
    record Slots(int value) {}

    /** Bytes. */
    record ByteSize(long bytes) {}

    /** A whole number that may be written with k or M. */
    record Count(long value) {}

    /** 10⁻⁹ US dollars. */
    record Usd(long nanos) {}

    /** Hundredths, 0 to 999 before its range is checked. */
    record Percent(int value) {}
}
