// SPDX-License-Identifier: Apache-2.0
package dev.headgate.config;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonTest {
    private static String json(String yaml) throws Mismatch {
        Problems problems = new Problems();
        YamlNode node = requireNonNull(YamlReader.read("a.yaml", yaml.getBytes(StandardCharsets.UTF_8), problems));
        assertThat(problems.sorted()).isEmpty();
        return Json.of(node).text();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "true|true",
                "True|true",
                "FALSE|false",
                "null|null",
                "~|null",
                "yes|\"yes\"",
                "on|\"on\"",
                "12345678901234567890|12345678901234567890",
                "007|7",
                "+5|5",
                "-0|0",
                "0o17|15",
                "0xFF|255",
                "0.20|0.20",
                ".5|0.5",
                "1.|1.0",
                "-.5e3|-0.5e3",
                "1e3|1e3",
                "1.e3|1.0e3",
                "2024-10-21|\"2024-10-21\"",
                "1_000|\"1_000\"",
                "low|\"low\""
            })
    void plain_scalars_follow_the_core_schema(String yaml, String json) throws Mismatch {
        assertThat(json(yaml)).isEqualTo(json);
    }

    @Test
    void quoted_scalars_stay_text() throws Mismatch {
        assertThat(json("[\"5\", 'true', \"a\\\"b\\n\"]")).isEqualTo("[\"5\",\"true\",\"a\\\"b\\n\"]");
    }

    @Test
    void lists_and_mappings_nest() throws Mismatch {
        assertThat(json("a: {b: [1, {c: null}]}\nd:\n")).isEqualTo("{\"a\":{\"b\":[1,{\"c\":null}]},\"d\":null}");
    }

    @Test
    void infinity_and_nan_are_refused() {
        assertThatThrownBy(() -> json(".inf")).isInstanceOf(Mismatch.class);
        assertThatThrownBy(() -> json("[-.INF]")).isInstanceOf(Mismatch.class);
        assertThatThrownBy(() -> json(".nan")).isInstanceOf(Mismatch.class);
    }
}
