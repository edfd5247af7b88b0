// SPDX-License-Identifier: Apache-2.0
package dev.headgate.store.redis;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.headgate.testkit.RedisServer;
import java.util.Optional;

/** The contract on the Redis that this machine has, if it has one, such as 7.0 on Debian 12. */
class SystemRedisQuotaStoreIT extends RedisQuotaContract {
    private static final Optional<RedisServer> SERVER = RedisServer.startSystems();

    @Override
    RedisServer server() {
        assumeTrue(SERVER.isPresent(), "no redis-server on the path or in HEADGATE_REDIS_SERVER");
        return SERVER.orElseThrow();
    }
}
