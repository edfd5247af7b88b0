// SPDX-License-Identifier: Apache-2.0
package dev.headgate.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Files that are made from the records and committed; a change of a record fails here until they are made again. */
class GeneratedFilesTest {
    private static final boolean UPDATE = Boolean.getBoolean("headgate.update");
    private static final String REFRESH =
            "%s is not what the records say; run ./mvnw test -Dtest=GeneratedFilesTest -Dheadgate.update=true and commit the result";
    /** Where each kind of long form stands first; the page tells it there, and not again. */
    private static final Set<String> LONG_FORMS =
            Set.of("limits.NAME.requestsPerSecond", "limits.NAME.requestsPerDay", "limits.NAME.usdPerDay");

    private static final Path PAGE = Path.of("docs/reference/configuration.md");

    private static void assertCommitted(Path file, String wanted) throws IOException {
        if (UPDATE) {
            Files.createDirectories(file.toAbsolutePath().resolveSibling(""));
            Files.writeString(file, wanted);
        }
        assertThat(Files.isRegularFile(file) ? Files.readString(file) : "")
                .as(REFRESH, file)
                .isEqualTo(wanted);
    }

    @Test
    void the_schemas_are_what_the_records_say() throws IOException {
        assertCommitted(Path.of("conf/schema/routes.schema.json"), JsonSchema.routes());
        assertCommitted(Path.of("conf/schema/headgate.schema.json"), JsonSchema.headgate());
        assertCommitted(Path.of("conf/schema/prices.schema.json"), JsonSchema.prices());
    }

    @Test
    void the_schemas_are_json_with_a_default_and_a_meaning_for_each_key() throws IOException {
        JsonNode backend =
                new ObjectMapper().readTree(JsonSchema.routes()).at("/properties/backends/additionalProperties");
        assertThat(backend.at("/additionalProperties").asBoolean(true)).isFalse();
        assertThat(backend.at("/properties/type/enum")).hasSize(3);
        assertThat(backend.at("/properties/type/default").asText()).isEqualTo("openai");
        assertThat(backend.at("/properties/optional/default").isBoolean()).isTrue();
        assertThat(backend.at("/properties/apiKeys/items/pattern").asText()).contains("env:");
        backend.at("/properties").forEach(p -> assertThat(p.has("description")).isTrue());
    }

    @Test
    void the_reference_page_is_what_the_records_say() throws IOException {
        String page = Files.readString(PAGE);
        page = replaced(page, "routes.yaml", keys(RoutesFile.class));
        page = replaced(page, "conf/headgate.yaml", keys(SettingsFile.class));
        page = replaced(page, "conf/prices.yaml", keys(PricesFile.class));
        page = replaced(page, "problems", problems());
        assertCommitted(PAGE, page);
    }

    private static String replaced(String page, String section, String table) {
        String begin = "<!-- generated: " + section + " -->\n";
        int from = page.indexOf(begin) + begin.length();
        int to = page.indexOf("<!-- end -->", from);
        assertThat(page).contains(begin);
        return page.substring(0, from) + table + page.substring(to);
    }

    private static String problems() {
        return Arrays.stream(ProblemCode.values())
                .map(p -> "| " + p.code + " | " + p.meaning + " |\n")
                .collect(Collectors.joining("", "| code | meaning |\n|---|---|\n", ""));
    }

    private static String keys(Class<? extends Record> type) {
        List<String> rows = new ArrayList<>();
        rows(Shape.of(type), "", rows);
        return rows.stream().collect(Collectors.joining("", "| key | meaning | default |\n|---|---|---|\n", ""));
    }

    private static void rows(Shape shape, String path, List<String> rows) {
        for (Shape.Slot slot : shape.slots()) {
            String key = path + slot.key();
            rows.add("| `%s` | %s | %s |\n".formatted(key, slot.meaning(), standard(slot)));
            descend(slot.kind(), key, rows);
        }
    }

    private static void descend(Kind kind, String key, List<String> rows) {
        switch (kind) {
            case Kind.Located located -> descend(located.kind(), key, rows);
            case Kind.Many many -> descend(many.item(), key + "[]", rows);
            case Kind.ShortOrLong either
            when LONG_FORMS.contains(key) -> rows(either.full().shape(), key + ".", rows);
            case Kind.Group group -> rows(group.shape(), key + ".", rows);
            case Kind.Named named -> descend(named.value(), key + ".NAME", rows);
            default -> {}
        }
    }

    private static String standard(Shape.Slot slot) {
        if (slot.preset() != null) {
            return "`" + slot.preset() + "`";
        } else if (slot.otherwise() != null) {
            return slot.otherwise();
        }
        return slot.required() ? "required" : "";
    }
}
