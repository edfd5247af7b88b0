// SPDX-License-Identifier: Apache-2.0
package dev.headgate.metering;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import dev.headgate.call.Endpoint;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Finds what a JSON request asks for at extra cost, by the names of the OpenAI API reference and of vendors that speak it. What it
 * does not understand, or what is there twice, counts as costly rather than as free. Pure.
 */
public final class ExtrasReader {
    /** Members whose value {@link #read} looks at, so that a model's {@code set} and {@code default} can stand in for them. */
    public static final Set<String> MEMBERS = Set.of(
            "service_tier",
            "tools",
            "max_tool_calls",
            "n",
            "audio",
            "modalities",
            "web_search_options",
            "search_parameters",
            "plugins");

    /** Members that let the backend search or run something, each with the name of its tool: of OpenAI, xAI and OpenRouter. */
    private static final Map<String, String> TOOL_MEMBERS = new TreeMap<>(
            Map.of("web_search_options", "web_search", "search_parameters", "search_parameters", "plugins", "plugins"));

    private static final long MOST = 1_000_000_000;
    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxStringLength(Integer.MAX_VALUE)
                    .build())
            .build();

    private ExtrasReader() {}

    /**
     * What the members say.
     *
     * @param member the JSON text of a member at the top, null if there is none
     * @param model the vendor's id: some models always search
     */
    public static Extras read(Endpoint endpoint, Function<String, @Nullable String> member, String model) {
        Map<String, String> tools = new TreeMap<>();
        for (String tool : tools(member.apply("tools"))) {
            tools.put(tool, "tools");
        }
        TOOL_MEMBERS.forEach((name, tool) -> {
            if (isThere(member.apply(name))) {
                tools.putIfAbsent(tool, name);
            }
        });
        if (alwaysSearches(model)) {
            tools.putIfAbsent("web_search", "model");
        }
        String modalities = String.valueOf(member.apply("modalities"));
        return new Extras(
                endpoint,
                text(member.apply("service_tier")),
                tools,
                number(member.apply("max_tool_calls"), 0),
                Math.max(1, number(member.apply("n"), 1)),
                false,
                isThere(member.apply("audio")) || modalities.contains("audio") || modalities.contains("\\"),
                null);
    }

    /** Whether a model searches the web in every call, whatever the request says (OpenAI's guide to web search). */
    public static boolean alwaysSearches(String model) {
        return model.contains("-search-preview") || model.contains("-search-api");
    }

    /** Whether a prompt has a part with sound in it. */
    public static boolean hasSound(byte[] body) {
        try (JsonParser parser = JSON.createParser(body)) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (token == JsonToken.FIELD_NAME && "input_audio".equals(parser.currentName())) {
                    return true;
                }
            }
            return false;
        } catch (IOException notJson) {
            return true;
        }
    }

    /** The types of tools that are not free. */
    private static List<String> tools(@Nullable String json) {
        if (!isThere(json)) {
            return List.of();
        }
        List<String> found = new ArrayList<>();
        try (JsonParser parser = JSON.createParser(json)) {
            if (parser.nextToken() != JsonToken.START_ARRAY) {
                return List.of("tools");
            }
            while (parser.nextToken() == JsonToken.START_OBJECT) {
                found.addAll(tool(parser));
            }
        } catch (IOException notJson) {
            return List.of("tools");
        }
        return found;
    }

    private static List<String> tool(JsonParser parser) throws IOException {
        List<String> types = new ArrayList<>();
        String size = "";
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            JsonToken value = parser.nextToken();
            if (name.equals("type")) {
                types.add(value == JsonToken.VALUE_STRING ? parser.getText() : "unknown");
            } else if (name.equals("container") && value == JsonToken.START_OBJECT) {
                size = memory(parser);
            } else {
                parser.skipChildren();
            }
        }
        if (types.isEmpty()) {
            types.add("unknown");
        }
        String suffix = size;
        return types.stream()
                .filter(type -> !Extras.isFree(type))
                .map(type -> type + suffix)
                .toList();
    }

    /** A larger container has a price of its own, so it is a tool of its own: {@code code_interpreter-4g}. */
    private static String memory(JsonParser parser) throws IOException {
        String size = "";
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            JsonToken value = parser.nextToken();
            if (name.equals("memory_limit") && value == JsonToken.VALUE_STRING) {
                size = parser.getText().equals("1g") ? size : "-" + parser.getText();
            } else {
                parser.skipChildren();
            }
        }
        return size;
    }

    /** False is as good as nothing; a text that says so is not. */
    private static boolean isThere(@Nullable String json) {
        return json != null && !json.equals("null") && !json.equals("false") && !json.equals("[]");
    }

    /** What is no text is a value that nobody knows. */
    private static @Nullable String text(@Nullable String json) {
        if (json == null || json.equals("null")) {
            return null;
        }
        try (JsonParser parser = JSON.createParser(json)) {
            return parser.nextToken() == JsonToken.VALUE_STRING ? parser.getText() : json;
        } catch (IOException notJson) {
            return json;
        }
    }

    private static long number(@Nullable String json, long otherwise) {
        if (json == null) {
            return otherwise;
        }
        try {
            return (long) Math.max(0, Math.min(MOST, Double.parseDouble(json)));
        } catch (NumberFormatException none) {
            return otherwise;
        }
    }
}
