// SPDX-License-Identifier: Apache-2.0
package dev.headgate.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.call.DemoSettings;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The repository's own files are what a user sees first. */
class SampleTest {
    private static final Path HEADGATE = Path.of("conf/headgate.yaml");

    @Test
    void runs_without_a_key_and_says_which_backend_is_off() {
        LoadResult result = ConfigLoader.load(HEADGATE, List.of(), Map.of());
        assertThat(result).isInstanceOf(LoadResult.Loaded.class);
        Snapshot snapshot = ((LoadResult.Loaded) result).snapshot();
        assertThat(snapshot.backends()).containsOnlyKeys("demo", "openai");
        assertThat(snapshot.backends().get("demo"))
                .satisfies(b -> assertThat(b.isOn()).isTrue())
                .satisfies(b -> assertThat(b.demo()).isEqualTo(DemoSettings.DEFAULT));
        assertThat(snapshot.backends().get("openai"))
                .satisfies(b -> assertThat(b.offReason()).isEqualTo("environment variable OPENAI_API_KEY is not set"));
    }
}
