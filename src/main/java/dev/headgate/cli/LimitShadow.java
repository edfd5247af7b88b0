// SPDX-License-Identifier: Apache-2.0
package dev.headgate.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.headgate.call.ShortDuration;
import dev.headgate.config.Notation;
import dev.headgate.quota.Limit;
import dev.headgate.quota.LimitKind;
import dev.headgate.quota.Measure;
import dev.headgate.quota.Standing;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a limit of the given files would mean with what is used now: counters keep what they counted when an amount changes. Pure.
 *
 * @param file null if the files do not have it
 * @param running as {@code /admin/limits} shows it; null if the running gateway does not have it, or was not asked for it
 */
record LimitShadow(
        String id, @Nullable Limit file, @Nullable JsonNode running) {
    private static final int NANO_DIGITS = 9;

    /** What would be left under the given files; null if nothing is counted. */
    @Nullable
    Long left() {
        if (file == null || running == null || !running.has("used")) {
            return null;
        }
        return new Standing(file, used(file.kind(), running.path("used")), 0, 0, false).remaining();
    }

    /** Whether a call would be refused by it now, were the given files those that run. */
    boolean wouldRefuse() {
        Long left = left();
        return left != null && left == 0 && file != null && !file.rule().observe();
    }

    String text() {
        if (running == null) {
            return file != null && file.scope().type().isOpen()
                    ? "running    not asked for: name one with --"
                            + file.scope().type().word()
                    : "running    not there: it would begin unused";
        }
        if (!running.has("used")) {
            return "running    " + running.path("limit").asText() + ", not counted now";
        }
        long reset = running.path("resetMs").asLong();
        return "running    " + running.path("limit").asText()
                + (running.has("burst") ? ", burst " + running.path("burst").asText() : "")
                + ", used " + running.path("used").asText()
                + (reset == 0 ? "" : ", resets in " + ShortDuration.of(Duration.ofMillis(reset)))
                + ": " + verdict();
    }

    private String verdict() {
        if (file == null) {
            return "not in the files, and would end";
        }
        if (wouldRefuse()) {
            return "would refuse now";
        }
        long left = Objects.requireNonNull(left());
        return left == 0
                ? "used up, and only observed"
                : (file.kind().measure() == Measure.MONEY ? Notation.dollars(left) : left) + " left";
    }

    /** For programs; empty if nothing is known of the running gateway. */
    Map<String, Object> facts() {
        Map<String, Object> facts = new LinkedHashMap<>();
        if (running == null) {
            return facts;
        }
        for (String name : new String[] {"limit", "burst", "used", "resetMs", "window"}) {
            JsonNode value = running.get(name);
            if (value != null) {
                facts.put(name, value.isNumber() ? (Object) value.longValue() : value.asText());
            }
        }
        Long left = left();
        if (left != null && file != null) {
            boolean money = file.kind().measure() == Measure.MONEY;
            facts.put("leftByFiles", money ? Notation.dollars(left) : (Object) left);
            facts.put("wouldRefuse", wouldRefuse());
        }
        return facts;
    }

    private static long used(LimitKind kind, JsonNode used) {
        return kind.measure() == Measure.MONEY
                ? new BigDecimal(used.asText()).movePointRight(NANO_DIGITS).longValueExact()
                : used.longValue();
    }
}
