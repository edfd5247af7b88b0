// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes a small instance of a JSON Schema (2020-12, the part that structured outputs allow): required members only, the first
 * of several possibilities, references inside the document. A {@code pattern} is not followed. What a hostile schema can cost is
 * bounded.
 */
final class SchemaInstance {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final Map<String, String> FORMATS = Map.of(
            "date-time", "2024-01-01T00:00:00Z",
            "date", "2024-01-01",
            "time", "00:00:00Z",
            "duration", "PT1S",
            "email", "demo@example.com",
            "hostname", "example.com",
            "ipv4", "192.0.2.1",
            "ipv6", "2001:db8::1",
            "uri", "https://example.com/",
            "uuid", "00000000-0000-4000-8000-000000000000");

    private static final int MOST_NODES = 5_000;
    private static final int DEEPEST = 100;
    private static final int LONGEST_TEXT = 10_000;

    private final JsonNode root;
    private final Set<String> open = new HashSet<>();
    private int nodes;
    private int depth;

    private SchemaInstance(JsonNode root) {
        this.root = root;
    }

    static JsonNode of(JsonNode schema) {
        try {
            var instance = new SchemaInstance(schema).make(schema);
            if (instance == null) {
                throw Refusal.invalid("The JSON schema has no finite instance.", null);
            }
            return instance;
        } catch (ArithmeticException | NumberFormatException e) {
            throw Refusal.invalid("The JSON schema has a number that cannot be: " + e.getMessage(), null);
        }
    }

    /** An instance, or null if every one would contain itself. */
    private @Nullable JsonNode make(JsonNode schema) {
        if (++nodes > MOST_NODES || ++depth > DEEPEST) {
            throw Refusal.invalid("The JSON schema asks for a document that is too large for the demo backend.", null);
        }
        var instance = choose(schema);
        depth--;
        return instance;
    }

    private @Nullable JsonNode choose(JsonNode schema) {
        if (schema.has("$ref")) {
            return referenced(schema.path("$ref").asText());
        }
        if (schema.has("const")) {
            return schema.get("const");
        }
        if (schema.path("enum").isArray() && !schema.path("enum").isEmpty()) {
            return schema.path("enum").get(0);
        }
        for (var word : new String[] {"anyOf", "oneOf"}) {
            if (schema.has(word)) {
                return firstPossible(schema.get(word));
            }
        }
        return schema.has("allOf") ? all(schema) : typed(schema);
    }

    private @Nullable JsonNode referenced(String ref) {
        if (!ref.startsWith("#") || !open.add(ref)) {
            return null;
        }
        var instance = make(root.at(ref.substring(1)));
        open.remove(ref);
        return instance;
    }

    private @Nullable JsonNode firstPossible(JsonNode alternatives) {
        for (var alternative : alternatives) {
            var instance = make(alternative);
            if (instance != null) {
                return instance;
            }
        }
        return null;
    }

    private @Nullable JsonNode all(JsonNode schema) {
        JsonNode result = schema.has("properties") ? typed(schema) : NODES.objectNode();
        for (var part : schema.get("allOf")) {
            var instance = make(part);
            if (instance == null || result == null) {
                return null;
            }
            if (result instanceof ObjectNode object && instance instanceof ObjectNode more) {
                object.setAll(more);
            } else {
                result = instance;
            }
        }
        return result;
    }

    private @Nullable JsonNode typed(JsonNode schema) {
        return switch (type(schema)) {
            case "object" -> object(schema);
            case "array" -> array(schema);
            case "string" -> NODES.textNode(string(schema));
            case "integer" -> NODES.numberNode(number(schema).toBigInteger());
            case "number" -> NODES.numberNode(number(schema));
            case "boolean" -> NODES.booleanNode(false);
            default -> NODES.nullNode();
        };
    }

    private static String type(JsonNode schema) {
        var type = schema.path("type");
        if (type.isTextual()) {
            return type.asText();
        }
        for (var one : type) {
            if (!one.asText().equals("null")) {
                return one.asText();
            }
        }
        return schema.has("properties") ? "object" : "null";
    }

    private @Nullable JsonNode object(JsonNode schema) {
        var object = NODES.objectNode();
        for (var name : schema.path("required")) {
            var member = make(schema.path("properties").path(name.asText()));
            if (member == null) {
                return null;
            }
            object.set(name.asText(), member);
        }
        return object;
    }

    private @Nullable JsonNode array(JsonNode schema) {
        var array = NODES.arrayNode();
        for (int i = schema.path("minItems").asInt(); i > 0; i--) {
            var item = make(schema.path("items"));
            if (item == null) {
                return null;
            }
            array.add(item);
        }
        return array;
    }

    private static String string(JsonNode schema) {
        var text = FORMATS.getOrDefault(schema.path("format").asText(), "demo");
        int least = Math.min(LONGEST_TEXT, schema.path("minLength").asInt());
        int most = schema.path("maxLength").asInt(Integer.MAX_VALUE);
        var padded = text + "o".repeat(Math.max(0, least - text.length()));
        return padded.substring(0, Math.clamp(most, 0, padded.length()));
    }

    private static BigDecimal number(JsonNode schema) {
        var step = schema.has("multipleOf") ? schema.get("multipleOf").decimalValue() : BigDecimal.ONE;
        if (schema.has("minimum") || schema.has("exclusiveMinimum")) {
            boolean exclusive = schema.has("exclusiveMinimum");
            var least = schema.get(exclusive ? "exclusiveMinimum" : "minimum").decimalValue();
            var number = least.divide(step, 0, RoundingMode.CEILING).multiply(step);
            return fitted(exclusive && number.compareTo(least) == 0 ? number.add(step) : number, least, schema);
        }
        return schema.has("maximum") && schema.get("maximum").decimalValue().signum() < 0
                ? schema.get("maximum")
                        .decimalValue()
                        .divide(step, 0, RoundingMode.FLOOR)
                        .multiply(step)
                : BigDecimal.ZERO;
    }

    /** A fraction between narrow bounds, where no multiple of one lies between them. */
    private static BigDecimal fitted(BigDecimal number, BigDecimal least, JsonNode schema) {
        var most = schema.path("maximum").isNumber() ? schema.get("maximum").decimalValue() : number;
        boolean free = !schema.has("multipleOf") && number.compareTo(most) > 0;
        return free ? least.add(most).divide(BigDecimal.valueOf(2)) : number;
    }
}
