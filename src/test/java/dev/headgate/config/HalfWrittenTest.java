// SPDX-License-Identifier: Apache-2.0
package dev.headgate.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A full disk or a slow copy leaves the beginning of a file; no beginning of the samples may pass for a whole. */
class HalfWrittenTest {
    private static final String TENANTS = """
            tenants:
              acme: { mayUse: [chat], keys: { web: { sha256: [%s] } } }
              other: { keys: { web: { sha256: [%s] } } }
            """.formatted("a1".repeat(32), "b2".repeat(32));

    private static byte[] prefix(byte[] whole, int length) {
        return Arrays.copyOf(whole, length);
    }

    @Test
    void every_beginning_of_routes_yaml_is_refused_or_the_whole() throws IOException {
        String sample = Files.readString(Path.of("routes.yaml"));
        byte[] whole = sample.substring(0, sample.lastIndexOf("...\n"))
                .concat(TENANTS + "...\n")
                .getBytes(StandardCharsets.UTF_8);
        int names = new Reading()
                .keys()
                .file("routes.yaml", whole)
                .snapshot()
                .keys()
                .size();
        assertThat(names).isEqualTo(2);
        int accepted = 0;
        for (int length = 0; length <= whole.length; length++) {
            ConfigLoader.HotReading hot = new Reading()
                    .keys()
                    .file("routes.yaml", prefix(whole, length))
                    .read();
            if (hot.snapshot() != null) {
                accepted++;
                assertThat(length).isGreaterThanOrEqualTo(whole.length - 1);
                assertThat(hot.snapshot().keys().size()).isEqualTo(2);
                assertThat(hot.snapshot().routes().all()).hasSize(3);
            } else {
                assertThat(hot.problems()).as("prefix of %d bytes", length).isNotEmpty();
            }
        }
        assertThat(accepted).isEqualTo(2);
    }

    @Test
    void every_beginning_of_headgate_yaml_is_refused_or_the_whole() throws IOException {
        byte[] whole = Files.readAllBytes(Path.of("conf/headgate.yaml"));
        for (int length = 0; length <= whole.length; length++) {
            Problems problems = new Problems();
            String text = new String(prefix(whole, length), StandardCharsets.UTF_8);
            boolean accepted = Reading.settings(text, Map.of(), problems) != null;
            assertThat(accepted).as("prefix of %d bytes", length).isEqualTo(length >= whole.length - 1);
        }
    }

    @Test
    void a_file_without_marks_never_opens_the_gateway() {
        byte[] whole = ("backends: { d: { type: demo } }\n" + TENANTS).getBytes(StandardCharsets.UTF_8);
        for (int length = 0; length <= whole.length; length++) {
            Snapshot snapshot = new Reading()
                    .keys()
                    .file("routes.yaml", prefix(whole, length))
                    .read()
                    .snapshot();
            assertThat(snapshot == null || snapshot.keys().size() > 0)
                    .as("prefix of %d bytes", length)
                    .isTrue();
        }
    }
}
