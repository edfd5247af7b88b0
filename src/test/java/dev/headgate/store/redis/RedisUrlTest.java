// SPDX-License-Identifier: Apache-2.0
package dev.headgate.store.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.redis.client.RedisClientType;
import io.vertx.redis.client.RedisOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RedisUrlTest {
    @Test
    void one_server_is_what_the_client_understands_itself() {
        RedisOptions options = RedisUrl.options("rediss://me:secret@redis.example:6380/3");
        assertThat(options.getType()).isEqualTo(RedisClientType.STANDALONE);
        assertThat(options.getEndpoints()).containsExactly("rediss://me:secret@redis.example:6380/3");
    }

    @Test
    void sentinels_are_named_with_their_master() {
        RedisOptions options = RedisUrl.options("redis-sentinel://:secret@one:26379,two:26380/mymaster/2");
        assertThat(options.getType()).isEqualTo(RedisClientType.SENTINEL);
        assertThat(options.getMasterName()).isEqualTo("mymaster");
        assertThat(options.getEndpoints())
                .containsExactly("redis://:secret@one:26379/2", "redis://:secret@two:26380/2");
    }

    @Test
    void a_cluster_is_some_of_its_nodes() {
        RedisOptions options = RedisUrl.options("rediss-cluster://one:7000,two:7001");
        assertThat(options.getType()).isEqualTo(RedisClientType.CLUSTER);
        assertThat(options.getEndpoints()).containsExactly("rediss://one:7000", "rediss://two:7001");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost:6379",
                "http://h",
                "redis://",
                "redis-sentinel://h:1",
                "redis-sentinel://h:1/",
                "redis-sentinel://h:1/m/2/3",
                "redis-cluster://h:1,,h:2",
                "redis://s3cr3t word@h"
            })
    void what_is_no_address_is_refused_without_repeating_it(String url) {
        assertThatThrownBy(() -> RedisUrl.options(url))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageNotContaining("s3cr3t");
    }
}
