// SPDX-License-Identifier: Apache-2.0
package dev.headgate.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.headgate.call.Backend;
import dev.headgate.call.Principal;
import dev.headgate.call.Target;
import dev.headgate.cli.Explanation.Edit;
import dev.headgate.cli.Explanation.Step;
import dev.headgate.config.Facts;
import dev.headgate.routing.Route;
import java.io.IOException;
import java.io.StringWriter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An explanation for programs: one JSON object; durations are milliseconds. */
final class ExplanationJson {
    private ExplanationJson() {}

    /** @param live where the limits stand in a running gateway, or null if none was asked */
    static String render(Explanation explained, @Nullable LiveLimits live) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text).useDefaultPrettyPrinter()) {
            json.writeStartObject();
            json.writeStringField("model", explained.model());
            json.writeBooleanField("served", explained.isServed());
            writeCaller(explained, json);
            writeRoute(explained.route(), json);
            writeLimits(explained, live, json);
            json.writeArrayFieldStart("targets");
            for (Step step : explained.steps()) {
                writeStep(step, json);
            }
            json.writeEndArray();
            json.writeEndObject();
        } catch (IOException e) {
            throw new IllegalStateException("a StringWriter does not fail", e);
        }
        return text.toString();
    }

    private static void writeCaller(Explanation explained, JsonGenerator json) throws IOException {
        Caller caller = explained.caller();
        json.writeObjectFieldStart("caller");
        writeText(json, "key", caller.principal() == null ? null : caller.name());
        writeText(json, "refused", caller.refusal(explained.model()));
        json.writeEndObject();
    }

    private static void writeRoute(@Nullable Route route, JsonGenerator json) throws IOException {
        if (route == null) {
            json.writeNullField("route");
            return;
        }
        json.writeObjectFieldStart("route");
        json.writeStringField("name", route.name());
        json.writeStringField("match", route.isPattern() ? "pattern" : "exact");
        json.writeStringField("variant", route.variant());
        writeFacts(json, Facts.of(route.policy()));
        json.writeEndObject();
    }

    /** Only of a caller that was named: an empty list then says that nothing is limited. */
    private static void writeLimits(Explanation explained, @Nullable LiveLimits live, JsonGenerator json)
            throws IOException {
        Principal principal = explained.caller().principal();
        if (principal == null || principal.anonymous()) {
            return;
        }
        List<LimitShadow> shadows = live == null
                ? explained.limits().stream()
                        .map(limit -> new LimitShadow(limit.id(principal.tenant()), limit, null))
                        .toList()
                : live.shadows(explained);
        json.writeArrayFieldStart("limits");
        for (LimitShadow shadow : shadows) {
            json.writeStartObject();
            json.writeStringField("id", shadow.id());
            writeFacts(
                    json,
                    shadow.file() == null ? Map.of() : Facts.of(shadow.file().rule()));
            if (shadow.running() != null) {
                writeFacts(json, Map.of("running", shadow.facts()));
            }
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeNumberField("waitMs", explained.maxWait().toMillis());
        json.writeNumberField("weight", principal.weight());
        json.writeBooleanField("refusesUnpriced", explained.refusesUnpriced());
        if (explained.alerts() != null) {
            json.writeObjectFieldStart("alerts");
            writeFacts(json, Facts.of(explained.alerts()));
            json.writeEndObject();
        }
        if (live != null) {
            json.writeObjectFieldStart("running");
            json.writeStringField("revision", live.revision());
            json.writeBooleanField("exact", live.exact());
            json.writeEndObject();
        }
    }

    private static void writeStep(Step step, JsonGenerator json) throws IOException {
        Target target = step.target();
        Backend backend = target.backend();
        json.writeStartObject();
        json.writeStringField("model", target.model());
        writeText(json, "id", target.id());
        json.writeNumberField("place", step.place());
        if (step.pool() != null) {
            json.writeObjectFieldStart("pool");
            json.writeStringField("name", step.pool().name());
            json.writeStringField("balance", Facts.balance(step.pool()));
            json.writeNumberField("weight", step.weight());
            json.writeEndObject();
        }
        json.writeObjectFieldStart("backend");
        json.writeStringField("name", backend.name());
        json.writeStringField("type", backend.dialect().name().toLowerCase(Locale.ROOT));
        writeText(
                json,
                "address",
                backend.baseUrl() == null ? null : backend.baseUrl().toString());
        json.writeBooleanField("on", backend.isOn());
        writeText(json, "offReason", backend.offReason());
        writeFacts(json, Facts.of(backend.guards()));
        json.writeEndObject();
        if (target.contextWindow() > 0) {
            json.writeNumberField("contextWindow", target.contextWindow());
        }
        json.writeObjectFieldStart("timeouts");
        writeFacts(json, Facts.of(target.timeouts()));
        json.writeEndObject();
        json.writeObjectFieldStart("price");
        writeFacts(json, step.price());
        json.writeEndObject();
        json.writeArrayFieldStart("edits");
        for (Edit edit : step.edits()) {
            json.writeStartObject();
            json.writeStringField("member", edit.member());
            json.writeFieldName("value");
            json.writeRawValue(edit.value());
            writeText(json, "condition", edit.condition());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void writeFacts(JsonGenerator json, Map<?, ?> facts) throws IOException {
        for (Map.Entry<?, ?> fact : facts.entrySet()) {
            json.writeFieldName(fact.getKey().toString());
            writeFact(json, fact.getValue());
        }
    }

    private static void writeFact(JsonGenerator json, Object value) throws IOException {
        switch (value) {
            case Map<?, ?> facts -> {
                json.writeStartObject();
                writeFacts(json, facts);
                json.writeEndObject();
            }
            case List<?> list -> {
                json.writeStartArray();
                for (Object item : list) {
                    writeFact(json, item);
                }
                json.writeEndArray();
            }
            case Boolean flag -> json.writeBoolean(flag);
            case Number number -> json.writeNumber(number.longValue());
            default -> json.writeString(value.toString());
        }
    }

    private static void writeText(JsonGenerator json, String name, @Nullable String value) throws IOException {
        if (value == null) {
            json.writeNullField(name);
        } else {
            json.writeStringField(name, value);
        }
    }
}
