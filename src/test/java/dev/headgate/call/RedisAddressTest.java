// SPDX-License-Identifier: Apache-2.0
package dev.headgate.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedisAddressTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "redis://localhost",
                "redis://localhost:6379/",
                "redis://:p%40ss@10.0.0.1:6379/3",
                "rediss://me:p@redis.example:6380",
                "redis://[fd00::1]:6379",
                "redis://h?user=me&password=secret",
                "unix:///run/redis.sock"
            })
    void one_server_is_taken_as_it_is_written(String url) {
        assertThat(RedisAddress.of(url)).isEqualTo(new RedisAddress(RedisAddress.Kind.SERVER, List.of(url), null));
    }

    @Test
    void sentinels_share_credentials_and_database() {
        assertThat(RedisAddress.of("rediss-sentinel://:s@one:26379,two/main/2"))
                .isEqualTo(new RedisAddress(
                        RedisAddress.Kind.SENTINEL, List.of("rediss://:s@one:26379/2", "rediss://:s@two/2"), "main"));
    }

    @Test
    void a_cluster_is_some_of_its_nodes() {
        assertThat(RedisAddress.of("redis-cluster://u:s@one:7000,[::1]:7001/"))
                .isEqualTo(new RedisAddress(
                        RedisAddress.Kind.CLUSTER, List.of("redis://u:s@one:7000", "redis://u:s@[::1]:7001"), null));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "localhost:6379|does not begin with redis://",
                "hunter2|does not begin with redis://",
                "http://h|http:// is no scheme of Redis",
                "hunter 2://h|does not begin with redis://",
                "redis://|not written as a URL",
                "redis:///0|names no host",
                "redis://my_host_:6379|names no host",
                "redis://h:0|port",
                "redis://h:65536|port",
                "redis://h:port|names no host",
                "redis://h/first|database",
                "redis://h/1/2|database",
                "redis://:hunter2#@h|write @ : / # and %",
                "redis://:hunter2#x|names no host",
                "redis://:hunter2 @h|write @ : / # and %",
                "redis://:hunter2%@h|write @ : / # and %",
                "redis://:hun/ter2@h|write @ : / # and %",
                "redis://hunter2@h|user without a password",
                "redis://h?db=x|only user, password and db",
                "redis://h?passwrod=hunter2|only user, password and db",
                "redis://h?db=1&timeout=5|only user, password and db",
                "unix://|not written as a URL",
                "unix:///|names no socket",
                "redis-sentinel://h:1|name of the master",
                "redis-sentinel://h:1/|name of the master",
                "redis-sentinel://h:1/m/2/3|name of the master",
                "redis-sentinel://h:1/m/x|database",
                "redis-cluster://h:1,,h:2|not written as a URL",
                "redis-cluster://h:1,h:2/1|no databases"
            })
    void says_what_is_wrong_without_repeating_a_password(String url, String why) {
        assertThatThrownBy(() -> RedisAddress.of(url))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(why)
                .hasMessageNotContaining("hun")
                .hasNoCause();
    }

    @Test
    void never_shows_a_password() {
        assertThat(RedisAddress.of("redis://:hunter2@h")).hasToString("RedisAddress[SERVER]");
    }
}
