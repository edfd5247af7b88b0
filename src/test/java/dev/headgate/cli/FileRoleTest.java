// SPDX-License-Identifier: Apache-2.0
package dev.headgate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class FileRoleTest {
    @Test
    void the_name_headgate_yaml_makes_settings() {
        assertThat(FileRole.of(Path.of("nowhere/headgate.yaml"))).isEqualTo(FileRole.SETTINGS);
    }

    @Test
    void a_file_that_is_not_there_is_left_to_the_loader() {
        assertThat(FileRole.of(Path.of("nowhere/other.yaml"))).isEqualTo(FileRole.ROUTES);
    }

    @Test
    void keys_at_the_left_margin_decide() {
        assertThat(FileRole.ofText("# edge\nauth: keys\nlisten: { port: 1 }\n")).isEqualTo(FileRole.SETTINGS);
        assertThat(FileRole.ofText("version: 1\nroutes: {}\n")).isEqualTo(FileRole.ROUTES);
        assertThat(FileRole.ofText("backends:\n  x:\n    auth: none\n")).isEqualTo(FileRole.ROUTES);
        assertThat(FileRole.ofText("listen : {}\n")).isEqualTo(FileRole.SETTINGS);
    }

    @Test
    void a_list_of_prices_is_a_file_of_prices_and_the_path_of_one_is_a_setting() {
        assertThat(FileRole.of(Path.of("nowhere/prices.yaml"))).isEqualTo(FileRole.PRICES);
        assertThat(FileRole.ofText("version: 1\nprices:\n  - { model: x, price: { input: 1 } }\n"))
                .isEqualTo(FileRole.PRICES);
        assertThat(FileRole.ofText("prices: []\n")).isEqualTo(FileRole.PRICES);
        assertThat(FileRole.ofText("prices: conf/prices.yaml\n")).isEqualTo(FileRole.SETTINGS);
    }

    @Test
    void without_a_known_key_it_is_routes() {
        assertThat(FileRole.ofText("")).isEqualTo(FileRole.ROUTES);
        assertThat(FileRole.ofText("rutes: {}\n")).isEqualTo(FileRole.ROUTES);
    }
}
