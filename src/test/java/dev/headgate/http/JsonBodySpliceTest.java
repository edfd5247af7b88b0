// SPDX-License-Identifier: Apache-2.0
package dev.headgate.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headgate.call.Endpoint;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Splicing against a tree: whatever the document and the target, the outcome means the same, and the rest of the bytes stay. */
class JsonBodySpliceTest {
    private static final ObjectMapper MAPPER = new ObjectMapper()
            .enable(DeserializationFeature.USE_BIG_INTEGER_FOR_INTS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

    /** A top-level member as it stands in the text, with the white space around it. */
    record Member(String name, String before, String value, String after) {
        String text(String newValue) {
            return before + "\"" + name + "\"" + after + ":" + before + newValue + after;
        }
    }

    @Property(tries = 500)
    void sends_what_a_tree_would_say(@ForAll("documents") List<Member> members, @ForAll("targets") Targets target)
            throws JsonProcessingException {
        String json = render(members, Map.of());
        JsonNode sent = MAPPER.readTree(Targets.text(parse(json).to(target.build())));
        ObjectNode expected = (ObjectNode) MAPPER.readTree(json);
        if (target.id() != null) {
            expected.put("model", target.id());
        }
        for (Map.Entry<String, String> value : target.set().entrySet()) {
            expected.set(value.getKey(), MAPPER.readTree(value.getValue()));
        }
        for (Map.Entry<String, String> value : target.defaults().entrySet()) {
            if (!expected.has(value.getKey())) {
                expected.set(value.getKey(), MAPPER.readTree(value.getValue()));
            }
        }
        boolean streams = members.stream()
                .anyMatch(m -> m.name().equals("stream") && m.value().equals("true"));
        if (target.askUsage() && streams) {
            JsonNode options = expected.get("stream_options");
            ObjectNode asking = options instanceof ObjectNode object ? object : MAPPER.createObjectNode();
            asking.put("include_usage", true);
            expected.set("stream_options", asking);
        }
        assertThat(sent).isEqualTo(expected);
    }

    @Property(tries = 500)
    void leaves_every_other_byte(@ForAll("documents") List<Member> members, @ForAll("targets") Targets target) {
        Targets quiet = new Targets(target.id(), target.set(), Map.of(), false);
        Map<String, String> values = new LinkedHashMap<>(target.set());
        JsonBody body = parse(render(members, Map.of()));
        if (target.id() != null && !target.id().equals(body.model())) {
            values.putIfAbsent("model", "\"" + target.id() + "\"");
        }
        List<String> names = members.stream().map(Member::name).toList();
        String inserted = target.set().entrySet().stream()
                .filter(e -> !names.contains(e.getKey()))
                .map(e -> "\"" + e.getKey() + "\":" + e.getValue() + ",")
                .collect(Collectors.joining());
        String rest = render(members, values).substring(1);
        assertThat(Targets.text(body.to(quiet.build()))).isEqualTo("{" + inserted + rest);
    }

    private static JsonBody parse(String json) {
        return JsonBody.parse(json.getBytes(UTF_8), Endpoint.CHAT, () -> {});
    }

    private static String render(List<Member> members, Map<String, String> values) {
        return members.stream()
                .map(m -> m.text(Objects.requireNonNullElse(values.get(m.name()), m.value())))
                .collect(Collectors.joining(",", "{", "}\n "));
    }

    @Provide
    Arbitrary<List<Member>> documents() {
        Arbitrary<Member> other = Combinators.combine(
                        Arbitraries.of("a", "b", "messages", "é", "x\\\"y", "\\ud83d"), blanks(), values(3), blanks())
                .as(Member::new);
        Arbitrary<Member> model = Combinators.combine(
                        Arbitraries.just("model"), blanks(), Arbitraries.of("\"m\"", "\"\\u006d\"", "\"日本\""), blanks())
                .as(Member::new);
        Arbitrary<Member> stream = Combinators.combine(
                        Arbitraries.just("stream"), blanks(), Arbitraries.of("true", "true", "false", "null"), blanks())
                .as(Member::new);
        Arbitrary<Member> options = Combinators.combine(
                        Arbitraries.just("stream_options"),
                        blanks(),
                        Arbitraries.of(
                                "null",
                                "{}",
                                "{ \"x\" : [] }",
                                "{\"include_usage\": false}",
                                "{\"y\":1,\"include_usage\":null }",
                                "{\"include_usage\":true}"),
                        blanks())
                .as(Member::new);
        Arbitrary<List<Member>> others = other.list().ofMaxSize(6);
        return Combinators.combine(others, model, stream.optional(), options.optional())
                .flatAs((some, m, s, o) -> {
                    List<Member> all = new ArrayList<>(some);
                    all.add(m);
                    s.ifPresent(all::add);
                    o.ifPresent(all::add);
                    return Arbitraries.shuffle(all);
                });
    }

    @Provide
    Arbitrary<Targets> targets() {
        Arbitrary<Map<String, String>> members = Arbitraries.maps(
                        Arbitraries.of("a", "b", "c", "temperature"), values(2))
                .ofMaxSize(3);
        return Combinators.combine(
                        Arbitraries.of("gpt", "日本", "m").injectNull(0.2), members, members, Arbitraries.of(true, false))
                .as(Targets::new);
    }

    private static Arbitrary<String> blanks() {
        return Arbitraries.of("", "", "", " ", "\n", "\t \r\n");
    }

    private static Arbitrary<String> values(int depth) {
        Arbitrary<String> scalars = Arbitraries.of(
                "1",
                "-0",
                "12345678901234567890123",
                "1.50e+3",
                "true",
                "null",
                "\"\"",
                "\"a,}]b\"",
                "\"\\ud83d\"",
                "\"\\\\\"",
                "\"é日\"");
        if (depth == 0) {
            return scalars;
        }
        Arbitrary<String> inner = values(depth - 1);
        Arbitrary<String> arrays = inner.list().ofMaxSize(3).map(l -> "[ " + String.join(" ,", l) + "]");
        Arbitrary<String> objects = inner.list()
                .ofMaxSize(2)
                .map(l -> l.isEmpty()
                        ? "{ }"
                        : "{\"model\":" + l.getFirst() + (l.size() > 1 ? ", \"k\" :" + l.get(1) : "") + "}");
        return Arbitraries.oneOf(scalars, arrays, objects);
    }
}
