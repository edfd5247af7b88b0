// SPDX-License-Identifier: Apache-2.0
package dev.headgate.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** JSON Schema (draft 2020-12) of the configuration files, for editors. Words of later versions are absent. Pure. */
public final class JsonSchema {
    private JsonSchema() {}

    /** The schema of {@code routes.yaml} and its fragments. */
    public static String routes() {
        return document("Headgate: routes.yaml", RoutesFile.class);
    }

    /** The schema of {@code conf/headgate.yaml}. */
    public static String headgate() {
        return document("Headgate: conf/headgate.yaml", SettingsFile.class);
    }

    /** The schema of {@code conf/prices.yaml}. */
    public static String prices() {
        return document("Headgate: conf/prices.yaml", PricesFile.class);
    }

    private static String document(String title, Class<? extends Record> type) {
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("$schema", "https://json-schema.org/draft/2020-12/schema");
        schema.put("title", title);
        schema.putAll(schema(new Kind.Group(Shape.of(type))));
        return write(schema, "") + "\n";
    }

    private static Map<String, Object> schema(Kind kind) {
        Map<String, Object> out = new LinkedHashMap<>();
        switch (kind) {
            case Kind.Located located -> out.putAll(schema(located.kind()));
            case Kind.Text text ->
                text(
                        out,
                        text.names() == Names.ANY ? null : text.names().pattern.pattern());
            case Kind.Flag flag -> out.put("type", "boolean");
            case Kind.Whole whole -> {
                out.put("type", "integer");
                range(out, "minimum", whole.min(), "maximum", whole.max());
            }
            case Kind.Amount amount -> {
                out.put("type", List.of("integer", "string"));
                range(out, "minimum", amount.min(), "maximum", amount.max());
                out.put("pattern", whole(Units.COUNT));
            }
            case Kind.Zone zone -> text(out, null);
            case Kind.Addresses addresses -> text(out, null);
            case Kind.ShortOrLong either -> out.put("anyOf", List.of(schema(either.brief()), schema(either.full())));
            case Kind.Size size -> text(out, Units.SIZE);
            case Kind.Share share -> text(out, Units.PERCENT);
            case Kind.Time time -> text(out, Units.DURATION);
            case Kind.TimeRange range -> text(out, Units.DURATIONS);
            case Kind.Slots slots -> {
                out.put("type", List.of("integer", "string"));
                range(out, "minimum", slots.min(), "maximum", slots.max());
                out.put("pattern", whole(Units.ADAPTIVE + "|[0-9]{1,9}"));
            }
            case Kind.Money money -> {
                out.put("type", List.of("number", "string"));
                out.put(money.minNanos() == 0 ? "minimum" : "exclusiveMinimum", 0);
                out.put("pattern", whole(Units.USD));
            }
            case Kind.Day day -> {
                text(out, null);
                out.put("format", "date");
            }
            case Kind.Hidden hidden ->
                text(out, hidden.fileOnly() ? "file:/.+" : "env:[A-Za-z_][A-Za-z0-9_]*|file:/.+");
            case Kind.Choice choice -> out.put("enum", choice.words());
            case Kind.Free free -> out.putAll(Map.of());
            case Kind.Many many -> {
                out.put("type", "array");
                out.put("items", schema(many.item()));
                range(out, "minItems", many.least(), "maxItems", many.most());
            }
            case Kind.Named named -> named(out, named);
            case Kind.Group group -> group(out, group.shape());
        }
        return out;
    }

    private static void named(Map<String, Object> out, Kind.Named named) {
        out.put("type", "object");
        if (named.names() != Names.ANY) {
            out.put(
                    "propertyNames",
                    Map.of("pattern", whole(named.names().pattern.pattern())));
        }
        out.put("additionalProperties", schema(named.value()));
        range(out, "minProperties", named.least(), "maxProperties", Integer.MAX_VALUE);
    }

    private static void group(Map<String, Object> out, Shape shape) {
        Map<String, Object> properties = new LinkedHashMap<>();
        for (Shape.Slot slot : shape.slots()) {
            Map<String, Object> property = new LinkedHashMap<>();
            String otherwise = slot.otherwise() == null ? "" : " Default: " + slot.otherwise() + ".";
            property.put("description", slot.meaning() + otherwise);
            property.putAll(schema(slot.kind()));
            if (slot.preset() != null) {
                property.put("default", preset(slot.kind(), slot.preset()));
            }
            properties.put(slot.key(), property);
        }
        out.put("type", "object");
        out.put("properties", properties);
        List<String> required = shape.slots().stream()
                .filter(Shape.Slot::required)
                .map(Shape.Slot::key)
                .toList();
        if (!required.isEmpty()) {
            out.put("required", required);
        }
        out.put("additionalProperties", false);
    }

    private static Object preset(Kind kind, String text) {
        return switch (kind) {
            case Kind.Located located -> preset(located.kind(), text);
            case Kind.Flag flag -> Boolean.valueOf(text);
            case Kind.Whole whole -> Integer.valueOf(text);
            case Kind.Amount amount when text.matches("[0-9]+") -> Integer.valueOf(text);
            default -> text;
        };
    }

    private static void text(Map<String, Object> out, @Nullable String regex) {
        out.put("type", "string");
        if (regex != null) {
            out.put("pattern", whole(regex));
        }
    }

    private static String whole(String regex) {
        return "^(" + regex + ")$";
    }

    private static void range(Map<String, Object> out, String least, long min, String most, long max) {
        if (min > 0 || least.equals("minimum")) {
            out.put(least, min);
        }
        if (max < Integer.MAX_VALUE) {
            out.put(most, max);
        }
    }

    private static String write(Object value, String indent) {
        String deeper = indent + "  ";
        return switch (value) {
            case Map<?, ?> map when map.isEmpty() -> "{}";
            case Map<?, ?> map ->
                map.entrySet().stream()
                        .map(e -> deeper + Json.quoted(e.getKey().toString()) + ": " + write(e.getValue(), deeper))
                        .collect(Collectors.joining(",\n", "{\n", "\n" + indent + "}"));
            case List<?> list ->
                list.stream().map(item -> write(item, deeper)).collect(Collectors.joining(", ", "[", "]"));
            case String text -> Json.quoted(text);
            default -> value.toString();
        };
    }
}
