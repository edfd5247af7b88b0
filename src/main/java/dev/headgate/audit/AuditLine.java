// SPDX-License-Identifier: Apache-2.0
package dev.headgate.audit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * One line of the trail. It never holds a key, a token, or more than eight hex digits of a digest of one.
 *
 * @param facts about what was changed, in their order: names, numbers and states, as JSON has them
 */
public record AuditLine(Instant time, Change change, Outcome outcome, Map<String, Object> facts) {
    /** What the line after nothing refers to. */
    public static final String NO_LINE = "0".repeat(64);

    private static final ObjectMapper JSON = new ObjectMapper();

    /** How far a change has come. */
    public enum Outcome {
        /** Written before anything is done. */
        INTENDED,
        DONE,
        /** It was tried; the line says whether something may have changed. */
        FAILED;

        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * What somebody asked for.
     *
     * @param id joins the lines of one change
     * @param action such as {@code limits.reset}
     * @param what such as {@code tenant/acme/usdPerDay}
     * @param reason why, in the operator's words
     * @param from the address that asked
     */
    public record Change(String id, String action, String what, String reason, String from) {}

    /** @param previous the {@link #digest} of the line before, so that no line can be taken out or changed unnoticed */
    public String json(String previous) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("time", time.toString());
        members.put("change", change.id());
        members.put("action", change.action());
        members.put("what", change.what());
        members.put("reason", change.reason());
        members.put("from", change.from());
        members.put("outcome", outcome.word());
        members.putAll(facts);
        members.put("prev", previous);
        try {
            return JSON.writeValueAsString(members);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("names, numbers and maps of them can be written", e);
        }
    }

    /** The SHA-256, in hex, of a line without its line break. */
    public static String digest(byte[] line) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(line));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** Enough of a digest to recognise a user's name or an address by, and not to hold it. */
    public static String mark(String value) {
        return digest(value.getBytes(StandardCharsets.UTF_8)).substring(0, 8);
    }
}
