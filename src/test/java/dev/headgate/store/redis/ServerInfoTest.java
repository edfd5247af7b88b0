// SPDX-License-Identifier: Apache-2.0
package dev.headgate.store.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ServerInfoTest {
    private static List<String> complaints(String version, String maxMemory, String policy) {
        return ServerInfo.of("# Server\r\nredis_version:%s\r\nredis_mode:standalone\r\n\r\n# Memory\r\nmaxmemory:%s\r\n"
                                .formatted(version, maxMemory)
                        + "maxmemory_human:1.00M\r\nmaxmemory_policy:" + policy + "\r\n")
                .complaints();
    }

    @ParameterizedTest
    @ValueSource(strings = {"6.2.0", "6.2", "6.10.1", "7.0.15", "10.0.0", "255.255.255", "unstable", "", "7"})
    void is_content_with_what_has_all_commands_or_does_not_say(String version) {
        assertThat(complaints(version, "0", "noeviction")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"6.0.16", "5.0.7", "2.8", "6.1.240"})
    void says_that_a_server_is_too_old(String version) {
        assertThat(complaints(version, "0", "noeviction"))
                .containsExactly("Redis is of version " + version + ", and limits need 6.2 or newer");
    }

    @Test
    void says_that_a_full_memory_would_forget_counters() {
        assertThat(complaints("7.2.4", "1048576", "volatile-ttl"))
                .singleElement()
                .asString()
                .contains("volatile-ttl");
        assertThat(complaints("7.2.4", "1048576", "noeviction")).isEmpty();
        assertThat(complaints("7.2.4", "0", "allkeys-lru")).isEmpty();
        assertThat(complaints("6.0.1", "1048576", "allkeys-random")).hasSize(2);
    }

    @Test
    void complains_of_nothing_that_is_not_said() {
        assertThat(ServerInfo.of("").complaints()).isEmpty();
        assertThat(ServerInfo.of("null").complaints()).isEmpty();
    }
}
