// SPDX-License-Identifier: Apache-2.0
package dev.headgate.store.redis;

import io.vertx.core.net.NetClientOptions;
import io.vertx.redis.client.RedisClientType;
import io.vertx.redis.client.RedisOptions;
import io.vertx.redis.client.RedisRole;
import java.net.URI;
import java.util.List;
import java.util.stream.Stream;

/**
 * Where Redis is. One server: {@code redis://[user:password@]host[:port][/database]}, with TLS {@code rediss://}, or
 * {@code unix:///path}. A set that Sentinels watch: {@code redis-sentinel://[user:password@]sentinel[:port],…/master[/database]}. A
 * cluster: {@code redis-cluster://[user:password@]host[:port],…}. With TLS {@code rediss-sentinel://} and {@code rediss-cluster://}.
 */
final class RedisUrl {
    private static final int WAITING = 16_384;

    private RedisUrl() {}

    /**
     * What the client needs to know.
     *
     * @throws IllegalArgumentException if it is no such address; the message does not repeat it, because it may hold a password
     */
    static RedisOptions options(String url) {
        int colon = url.indexOf("://");
        String scheme = colon < 0 ? "" : url.substring(0, colon);
        RedisOptions options = new RedisOptions()
                .setMaxWaitingHandlers(WAITING)
                .setPoolName("redis-quota")
                .setMaxPoolSize(32)
                .setMaxPoolWaiting(64)
                .setPoolRecycleTimeout(-1)
                .setPoolCleanerInterval(-1)
                .setNetClientOptions(
                        new NetClientOptions().setConnectTimeout(250).setTcpKeepAlive(true));
        return switch (scheme) {
            case "redis", "rediss", "unix" -> options.setConnectionString(parsed(url));
            case "redis-sentinel", "rediss-sentinel" -> sentinels(options, scheme, url.substring(colon + 3));
            case "redis-cluster", "rediss-cluster" -> {
                hosts(scheme, url.substring(colon + 3)).forEach(options::addConnectionString);
                yield options.setType(RedisClientType.CLUSTER);
            }
            default ->
                throw new IllegalArgumentException(
                        "a Redis address begins with redis://, redis-sentinel:// or redis-cluster://");
        };
    }

    private static RedisOptions sentinels(RedisOptions options, String scheme, String rest) {
        int slash = rest.indexOf('/');
        String[] path = slash < 0 ? new String[0] : rest.substring(slash + 1).split("/", -1);
        if (path.length == 0 || path[0].isEmpty() || path.length > 2) {
            throw new IllegalArgumentException("redis-sentinel:// needs the master's name as path");
        }
        String database = path.length == 2 ? '/' + path[1] : "";
        hosts(scheme, rest.substring(0, slash)).forEach(host -> options.addConnectionString(host + database));
        return options.setType(RedisClientType.SENTINEL)
                .setRole(RedisRole.MASTER)
                .setMasterName(path[0]);
    }

    private static List<String> hosts(String scheme, String rest) {
        String tls = scheme.startsWith("rediss") ? "rediss://" : "redis://";
        int at = rest.lastIndexOf('@');
        String credentials = rest.substring(0, at + 1);
        String hosts = rest.substring(at + 1);
        int slash = hosts.indexOf('/');
        return Stream.of((slash < 0 ? hosts : hosts.substring(0, slash)).split(",", -1))
                .map(host -> parsed(tls + credentials + host))
                .toList();
    }

    private static String parsed(String url) {
        try {
            URI uri = URI.create(url);
            if (uri.getHost() == null && !"unix".equals(uri.getScheme())) {
                throw new IllegalArgumentException("a Redis address names a host");
            }
            return url;
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("this is no Redis address", null);
        }
    }
}
