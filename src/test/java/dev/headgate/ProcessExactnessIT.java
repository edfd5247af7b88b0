// SPDX-License-Identifier: Apache-2.0
package dev.headgate;

import dev.headgate.testkit.RedisServer;

/** On the oldest Redis that works, 6.2. */
final class ProcessExactnessIT extends ProcessExactnessContract {
    private final RedisServer redis = RedisServer.start();

    @Override
    RedisServer server() {
        return redis;
    }
}
