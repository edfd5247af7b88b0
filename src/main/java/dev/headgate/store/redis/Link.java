// SPDX-License-Identifier: Apache-2.0
package dev.headgate.store.redis;

import dev.headgate.quota.StoreException;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One held connection, over which commands are pipelined, and which comes back by itself. The client's own connections stay dead, and
 * its pool refuses bursts. Its state belongs to its context; {@link #send} may be called from anywhere.
 */
final class Link {
    /** The first word of an error of Redis, such as WRONGPASS, NOAUTH, NOPERM or LOADING. */
    private static final Pattern CODE = Pattern.compile("([A-Z]{3,20}) ");

    private static final long FIRST_PAUSE = 50;
    private static final long LONGEST_PAUSE = 2_000;
    private static final long CONNECT_MILLIS = 2_000;
    private static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final Context context;
    private final Supplier<Redis> clients;
    private final Function<RedisConnection, Future<Void>> prepare;

    private @Nullable Redis client;
    /** Which dialling the present client came from; others are stale. */
    private int dial;

    private int attempts;
    private boolean closed;
    private long lastAnswer;
    private volatile Future<RedisConnection> connection;

    /** @param prepare what is sent before anything else */
    Link(Context context, Supplier<Redis> clients, Function<RedisConnection, Future<Void>> prepare) {
        this.context = context;
        this.clients = clients;
        this.prepare = prepare;
        Promise<RedisConnection> first = Promise.promise();
        this.connection = first.future();
        context.runOnContext(v -> connect(first));
    }

    /**
     * Fails at once without a connection, except that the first connection is waited for.
     *
     * @param asking says ASKING right before it
     */
    Future<@Nullable Response> send(Request request, boolean asking) {
        return connection
                .compose(to -> asking
                        ? to.batch(List.of(Request.cmd(Command.ASKING), request))
                                .map(List::getLast)
                        : to.send(request))
                .onSuccess(response -> lastAnswer = System.nanoTime());
    }

    /** Tells that an answer did not come: after long silence the peer may be gone without a word, so it is dialled anew. */
    void missed() {
        context.runOnContext(v -> {
            if (connection.succeeded() && System.nanoTime() - lastAnswer > SILENCE_NANOS) {
                reconnect();
            }
        });
    }

    /** Leaves this server, such as a replica, for the one that the address leads to now. */
    void leave() {
        context.runOnContext(v -> {
            if (connection.succeeded()) {
                reconnect();
            }
        });
    }

    Future<Void> close() {
        Promise<Void> done = Promise.promise();
        context.runOnContext(v -> {
            closed = true;
            drop("closed");
            done.complete();
        });
        return done.future();
    }

    private void connect(@Nullable Promise<RedisConnection> waiting) {
        if (closed) {
            return;
        }
        Redis dialled = clients.get();
        int mine = ++dial;
        client = dialled;
        dialled.connect()
                .compose(made -> prepare.apply(made).map(made))
                .timeout(CONNECT_MILLIS, TimeUnit.MILLISECONDS)
                .onComplete(made -> context.runOnContext(v -> {
                    if (dial != mine) {
                        return;
                    }
                    if (made.succeeded()) {
                        up(made.result());
                    } else {
                        drop("no connection to Redis" + reason(made.cause()));
                        later();
                    }
                    if (waiting != null) {
                        connection.onComplete(waiting);
                    }
                }));
    }

    /** Of an error that Redis says, only its code: behind some stand the arguments of the command, and so the password. */
    private static String reason(Throwable cause) {
        String message = String.valueOf(cause.getMessage());
        if (cause instanceof IOException) {
            // Further lines are of the single servers of a set, and may say what they did not understand.
            return ": " + message.lines().findFirst().orElse("");
        }
        Matcher code = CODE.matcher(message);
        return code.lookingAt() ? ": it says " + code.group(1) : "";
    }

    private void up(RedisConnection made) {
        int mine = dial;
        attempts = 0;
        lastAnswer = System.nanoTime();
        made.endHandler(v -> context.runOnContext(w -> broke(mine)));
        made.exceptionHandler(e -> context.runOnContext(w -> broke(mine)));
        connection = Future.succeededFuture(made);
    }

    private void broke(int which) {
        if (dial == which) {
            reconnect();
        }
    }

    private void reconnect() {
        drop("the connection to Redis broke");
        later();
    }

    private void drop(String why) {
        connection = Future.failedFuture(new StoreException(StoreException.Cause.DISCONNECTED, why));
        dial++;
        Redis old = client;
        client = null;
        if (old != null) {
            old.close();
        }
    }

    private void later() {
        long pause = Math.min(LONGEST_PAUSE, FIRST_PAUSE << Math.min(attempts++, 10));
        long jittered = pause / 2 + ThreadLocalRandom.current().nextLong(pause / 2 + 1);
        context.owner().setTimer(Math.max(1, jittered), t -> context.runOnContext(v -> connect(null)));
    }
}
