// SPDX-License-Identifier: Apache-2.0
package dev.headgate.store.redis;

import dev.headgate.quota.StoreException;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisClientType;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.RedisOptions;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Sends scripts to Redis: one {@link Link} per node for each event loop that calls, a deadline for every command, and a script that
 * Redis has forgotten is sent once more as text. Of a cluster, the node of the tenant is asked; the driver's own cluster connection
 * would need all nodes for any of them. Failures are {@link StoreException}s.
 */
final class RedisCommands {
    private final Vertx vertx;
    private final RedisOptions options;
    private final long deadlineMillis;
    private final List<Script> scripts;
    private final @Nullable ClusterRoutes cluster;
    private final Map<LinkKey, Link> links = new ConcurrentHashMap<>();

    /** @param owner the thread of an event loop; other threads share one link */
    private record LinkKey(Object owner, String node) {}

    RedisCommands(Vertx vertx, String url, Duration deadline, List<Script> scripts) {
        this.vertx = vertx;
        this.options = RedisUrl.options(url);
        this.deadlineMillis = deadline.toMillis();
        this.scripts = scripts;
        this.cluster = options.getType() == RedisClientType.CLUSTER
                ? new ClusterRoutes(vertx, options.getEndpoints(), this)
                : null;
    }

    Future<@Nullable Response> send(ScriptCall call) {
        return cluster == null ? send(call, "", false) : cluster.send(call);
    }

    /**
     * @param node the address of a node of a cluster; empty if there is no cluster
     * @param asking whether the node is asked for a slot that is just being moved to it
     */
    Future<@Nullable Response> send(ScriptCall call, String node, boolean asking) {
        Link link = link(node);
        Future<@Nullable Response> answer = link.send(call.byDigest(), asking)
                .recover(failure ->
                        isNoScript(failure) ? link.send(call.asText(), asking) : Future.failedFuture(failure));
        return inTime(answer, link);
    }

    /** Sends something that is no script. */
    Future<@Nullable Response> send(Request request, String node) {
        Link link = link(node);
        return inTime(link.send(request, false), link);
    }

    /** Asks each node that is known: one without a cluster. */
    Future<List<@Nullable Response>> ask(Supplier<Request> question) {
        Set<String> nodes = cluster == null ? Set.of("") : cluster.nodes();
        List<Future<@Nullable Response>> answers =
                nodes.stream().map(node -> send(question.get(), node)).toList();
        return Future.all(answers).map(all -> all.list());
    }

    /** The node of a cluster that has a key as far as is known now; empty if none is, or there is no cluster. */
    String node(String key) {
        return cluster == null ? "" : cluster.node(key);
    }

    /** Gives up the connections to all other nodes. */
    void keepOnly(Set<String> nodes) {
        links.forEach((key, link) -> {
            if (!nodes.contains(key.node) && links.remove(key, link)) {
                link.close();
            }
        });
    }

    Future<Void> close() {
        if (cluster != null) {
            cluster.close();
        }
        return Future.join(links.values().stream().map(Link::close).toList()).mapEmpty();
    }

    private Future<@Nullable Response> inTime(Future<@Nullable Response> answer, Link link) {
        return answer.timeout(deadlineMillis, TimeUnit.MILLISECONDS)
                .recover(failure -> Future.failedFuture(explain(failure, link)));
    }

    private Link link(String node) {
        Context context = Vertx.currentContext();
        boolean onLoop = context != null && context.isEventLoopContext();
        LinkKey key = new LinkKey(onLoop ? Thread.currentThread() : this, node);
        Link known = links.get(key);
        return known != null
                ? known
                : links.computeIfAbsent(key, k -> new Link(vertx.getOrCreateContext(), () -> dial(node), this::load));
    }

    private Redis dial(String node) {
        RedisOptions to = new RedisOptions(options);
        if (!node.isEmpty()) {
            to.setType(RedisClientType.STANDALONE).setEndpoints(List.of(node));
        }
        return Redis.createClient(vertx, to);
    }

    private Future<Void> load(RedisConnection connection) {
        return Future.all(scripts.stream()
                        .map(script -> connection.send(
                                Request.cmd(Command.SCRIPT).arg("LOAD").arg(script.text())))
                        .toList())
                .mapEmpty();
    }

    private static boolean isNoScript(Throwable failure) {
        return String.valueOf(failure.getMessage()).startsWith("NOSCRIPT");
    }

    private static StoreException explain(Throwable failure, Link link) {
        String message = String.valueOf(failure.getMessage());
        if (failure instanceof StoreException known) {
            return known;
        }
        if (failure instanceof TimeoutException) {
            link.missed();
            return new StoreException(StoreException.Cause.TIMEOUT, "Redis did not answer in time");
        }
        if (message.contains("READONLY") || message.contains("MASTERDOWN")) {
            link.leave();
            return new StoreException(StoreException.Cause.REFUSES_WRITES, message);
        }
        if (message.contains("OOM ") || message.contains("MISCONF") || message.contains("NOREPLICAS")) {
            return new StoreException(StoreException.Cause.REFUSES_WRITES, message);
        }
        if (message.contains("CONNECTION_CLOSED") || message.contains("onnection is closed")) {
            return new StoreException(StoreException.Cause.DISCONNECTED, "the connection to Redis broke");
        }
        return new StoreException(StoreException.Cause.FAILED, message);
    }
}
