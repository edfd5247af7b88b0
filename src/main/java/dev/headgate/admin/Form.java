// SPDX-License-Identifier: Apache-2.0
package dev.headgate.admin;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.headgate.call.Nearest;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.Iterator;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The body of a POST: one JSON object with known members. Every complaint is a {@link Refusal} that says what to mend. */
final class Form {
    private static final int LONGEST_REASON = 500;
    private static final Pattern KEY = Pattern.compile("hg_[0-9A-Za-z]{38}");
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private final JsonNode members;

    private Form(JsonNode members) {
        this.members = members;
    }

    /** @param known other members are refused */
    static Form of(RoutingContext ctx, List<String> known) throws Refusal {
        Buffer body = ctx.body().buffer();
        return of(body == null ? new byte[0] : body.getBytes(), known);
    }

    static Form of(byte[] body, List<String> known) throws Refusal {
        JsonNode root = read(body);
        if (!root.isObject()) {
            throw Refusal.wrong("The body has to be a JSON object with " + String.join(", ", known) + ".");
        }
        for (Iterator<String> names = root.fieldNames(); names.hasNext(); ) {
            String name = names.next();
            if (!known.contains(name)) {
                String near = Nearest.to(name, known);
                throw Refusal.wrong("There is no member \"" + shown(name) + "\" here"
                        + (near == null
                                ? "; known are " + String.join(", ", known) + "."
                                : "; did you mean " + near + "?"));
            }
        }
        return new Form(root);
    }

    private static JsonNode read(byte[] body) throws Refusal {
        try {
            return JSON.readTree(body);
        } catch (JsonProcessingException e) {
            // What the parser says of where it read from is nobody's business.
            String why = e.getOriginalMessage().replaceAll(" *\\(start marker at .*", "");
            throw Refusal.wrong("The body is no JSON: " + why);
        } catch (NumberFormatException e) {
            throw Refusal.wrong("A number in the body is out of range.");
        } catch (IOException e) {
            throw Refusal.wrong("The body cannot be read.");
        }
    }

    /** A text that has to be there. */
    String text(String member) throws Refusal {
        String text = optional(member);
        if (text == null) {
            throw Refusal.wrong("\"" + member + "\" is missing.");
        }
        return text;
    }

    /** A text, or null if the member is absent. */
    @Nullable
    String optional(String member) throws Refusal {
        JsonNode value = members.get(member);
        if (value == null) {
            return null;
        }
        if (!value.isTextual()) {
            throw Refusal.wrong("\"" + member + "\" has to be a string.");
        }
        String text = value.textValue();
        if (text.isBlank()) {
            throw Refusal.wrong("\"" + member + "\" is empty.");
        }
        if (KEY.matcher(text).find()) {
            throw Refusal.wrong("There is a key in \"" + member + "\". Keys are named, and never sent.");
        }
        return text;
    }

    /** Why it is done: one line of 1 to 500 characters, because logs and terminals show it too. */
    String reason() throws Refusal {
        String reason = optional("reason");
        if (reason == null) {
            throw Refusal.wrong("\"reason\" is missing: say why, for those who read the audit trail.");
        }
        if (reason.length() > LONGEST_REASON) {
            throw Refusal.wrong(
                    "\"reason\" may have " + LONGEST_REASON + " characters, and has " + reason.length() + ".");
        }
        if (reason.chars().anyMatch(Character::isISOControl)) {
            throw Refusal.wrong("\"reason\" has to be one line, without control characters.");
        }
        return reason;
    }

    /** A number above zero. */
    BigDecimal amount(String member) throws Refusal {
        JsonNode value = members.get(member);
        if (value == null) {
            throw Refusal.wrong("\"" + member + "\" is missing.");
        }
        if (!value.isNumber()) {
            throw Refusal.wrong("\"" + member + "\" has to be a number.");
        }
        BigDecimal amount = value.decimalValue();
        if (amount.signum() <= 0) {
            throw Refusal.wrong("\"" + member + "\" has to be more than 0.");
        }
        return amount;
    }

    /** What a message repeats of what was sent. */
    static String shown(String text) {
        return text.length() <= 100 ? text : text.substring(0, 100) + "…";
    }
}
