// SPDX-License-Identifier: Apache-2.0
package dev.headgate;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.headgate.testkit.RedisServer;
import java.util.Optional;

/** On the Redis that this machine has, if it has one, such as 7.0 on Debian 12. */
final class SystemRedisProcessExactnessIT extends ProcessExactnessContract {
    private final Optional<RedisServer> redis = RedisServer.startSystems();

    @Override
    RedisServer server() {
        assumeTrue(redis.isPresent(), "no redis-server on the path or in HEADGATE_REDIS_SERVER");
        return redis.orElseThrow();
    }
}
