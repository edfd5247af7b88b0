// SPDX-License-Identifier: Apache-2.0
package dev.headgate.store.redis;

import dev.headgate.call.RedisAddress;
import io.vertx.core.net.NetClientOptions;
import io.vertx.redis.client.RedisClientType;
import io.vertx.redis.client.RedisOptions;
import io.vertx.redis.client.RedisRole;

/** What the client needs to know of a {@link RedisAddress}. */
final class RedisUrl {
    private static final int WAITING = 16_384;

    private RedisUrl() {}

    /** @throws IllegalArgumentException if it is no such address; the message does not repeat it, because it may hold a password */
    static RedisOptions options(String url) {
        RedisAddress address = RedisAddress.of(url);
        RedisOptions options = new RedisOptions()
                .setMaxWaitingHandlers(WAITING)
                .setPoolName("redis-quota")
                .setMaxPoolSize(32)
                .setMaxPoolWaiting(64)
                .setPoolRecycleTimeout(-1)
                .setPoolCleanerInterval(-1)
                .setNetClientOptions(
                        new NetClientOptions().setConnectTimeout(250).setTcpKeepAlive(true));
        address.servers().forEach(server -> options.addConnectionString(plain(server)));
        return switch (address.kind()) {
            case SERVER -> options.setType(RedisClientType.STANDALONE);
            case CLUSTER -> options.setType(RedisClientType.CLUSTER);
            case SENTINEL ->
                options.setType(RedisClientType.SENTINEL)
                        .setRole(RedisRole.MASTER)
                        .setMasterName(address.master());
        };
    }

    /** The client would read a + in a password as a blank, as in a form. */
    private static String plain(String server) {
        int at = server.lastIndexOf('@') + 1;
        return server.substring(0, at).replace("+", "%2B") + server.substring(at);
    }
}
