// SPDX-License-Identifier: Apache-2.0
package dev.headgate.store.redis;

import dev.headgate.testkit.RedisServer;

class RedisQuotaStoreIT extends RedisQuotaContract {
    private static final RedisServer SERVER = RedisServer.start();

    @Override
    RedisServer server() {
        return SERVER;
    }
}
