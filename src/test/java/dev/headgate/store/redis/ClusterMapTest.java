// SPDX-License-Identifier: Apache-2.0
package dev.headgate.store.redis;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ClusterMapTest {
    @Test
    void slots_are_those_of_the_specification() {
        // CRC16 of "123456789" is 0x31C3.
        assertThat(ClusterMap.slot("123456789")).isEqualTo(0x31C3);
        assertThat(ClusterMap.slot("hg:{123456789}:tenant/usdPerDay")).isEqualTo(0x31C3);
        assertThat(ClusterMap.slot("foo{}{bar}")).isNotEqualTo(ClusterMap.slot("bar"));
    }

    @Test
    void another_node_is_reached_as_the_known_one_is() {
        assertThat(ClusterMap.beside("rediss://me:p@one:7000", "10.0.0.2:7001"))
                .isEqualTo("rediss://me:p@10.0.0.2:7001");
        assertThat(ClusterMap.beside("redis://one:7000", ":7001")).isEqualTo("redis://one:7001");
        assertThat(ClusterMap.beside("redis://one:7000", "::1:7001")).isEqualTo("redis://[::1]:7001");
    }

    @Test
    void a_redirection_names_the_node() {
        String node = "redis://:p@one:7000";
        assertThat(ClusterMap.redirect("MOVED", "MOVED 3999 10.0.0.3:7002", node))
                .isEqualTo("redis://:p@10.0.0.3:7002");
        assertThat(ClusterMap.redirect("ASK", "MOVED 3999 10.0.0.3:7002", node)).isNull();
        assertThat(ClusterMap.redirect("MOVED", "Redis did not answer in time", node))
                .isNull();
    }
}
