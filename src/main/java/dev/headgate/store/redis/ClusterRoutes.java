// SPDX-License-Identifier: Apache-2.0
package dev.headgate.store.redis;

import dev.headgate.quota.StoreException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Finds the node of a cluster for a script, follows redirections, and learns the cluster's shape anew whenever a node fails or
 * redirects, at most once at a time.
 */
final class ClusterRoutes {
    private static final long BETWEEN_REFRESHES = 200;

    private final Vertx vertx;
    private final List<String> seeds;
    private final RedisCommands commands;
    private final AtomicReference<@Nullable Future<Void>> refreshing = new AtomicReference<>();
    private volatile ClusterMap map = ClusterMap.UNKNOWN;
    private volatile boolean closed;

    ClusterRoutes(Vertx vertx, List<String> seeds, RedisCommands commands) {
        this.vertx = vertx;
        this.seeds = List.copyOf(seeds);
        this.commands = commands;
    }

    Future<@Nullable Response> send(ScriptCall call) {
        String key = call.keys().getFirst();
        String node = map.node(key);
        if (node != null) {
            return send(call, node);
        }
        return refresh().compose(learned -> {
            String found = map.node(key);
            return found != null
                    ? send(call, found)
                    : Future.failedFuture(new StoreException(
                            StoreException.Cause.DISCONNECTED, "no known node of the cluster has the tenant's slot"));
        });
    }

    /** The node that has a key as far as is known now; empty if none is. */
    String node(String key) {
        return Objects.requireNonNullElse(map.node(key), "");
    }

    /** The masters that are known; none before the first script. */
    Set<String> nodes() {
        return map.nodes();
    }

    void close() {
        closed = true;
    }

    private Future<@Nullable Response> send(ScriptCall call, String node) {
        return commands.send(call, node, false).recover(failure -> {
            String message = String.valueOf(failure.getMessage());
            String asked = ClusterMap.redirect("ASK", message, node);
            if (asked != null) {
                return commands.send(call, asked, true);
            }
            refresh();
            String moved = ClusterMap.redirect("MOVED", message, node);
            return moved != null ? commands.send(call, moved, false) : Future.failedFuture(failure);
        });
    }

    private Future<Void> refresh() {
        Future<Void> running = refreshing.get();
        if (running != null) {
            return running;
        }
        Set<String> nodes = new LinkedHashSet<>(map.nodes());
        nodes.addAll(seeds);
        Promise<Void> done = Promise.promise();
        if (closed || !refreshing.compareAndSet(null, done.future())) {
            return Future.succeededFuture();
        }
        ask(List.copyOf(nodes), 0).onComplete(asked -> {
            vertx.setTimer(BETWEEN_REFRESHES, timer -> refreshing.set(null));
            done.handle(asked);
        });
        return done.future();
    }

    private Future<Void> ask(List<String> nodes, int which) {
        String node = nodes.get(which);
        return commands.send(Request.cmd(Command.CLUSTER).arg("SLOTS"), node)
                .<Void>map(slots -> {
                    map = ClusterMap.of(slots, node);
                    Set<String> kept = new LinkedHashSet<>(map.nodes());
                    kept.addAll(seeds);
                    commands.keepOnly(kept);
                    return null;
                })
                .recover(failure -> which + 1 < nodes.size() ? ask(nodes, which + 1) : Future.failedFuture(failure));
    }
}
