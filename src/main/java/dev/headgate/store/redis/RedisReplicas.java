// SPDX-License-Identifier: Apache-2.0
package dev.headgate.store.redis;

import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The running processes that share a Redis, as far as they say by it that they live. Thread-safe. */
public final class RedisReplicas {
    /** After so long without a beat a process counts as dead. */
    static final Duration SILENCE = Duration.ofSeconds(5);

    static final Script BEAT = Script.of(Script.read("beat.lua"));
    static final Script LEAVE = Script.of("return redis.call('ZREM', KEYS[1], ARGV[1])");

    /** Between braces is what all of them share, so that one node of a cluster has them. */
    static final String PREFIX = "hg:{headgate}:";

    private static final String NODES = PREFIX + "nodes";

    private final RedisCommands redis;
    /** Of this run: a process that is started again is another one. */
    private final String node = UUID.randomUUID().toString();

    RedisReplicas(RedisCommands redis) {
        this.redis = redis;
    }

    /**
     * What Redis said.
     *
     * @param live processes, with this one
     * @param revocations the version of what {@link RedisRevocations} keeps; empty if it keeps nothing
     * @param unknown whether Redis did not know this process, as at the first beat, after long silence, or because it lost its data
     */
    public record Beat(int live, String revocations, boolean unknown) {}

    /** Says that this process lives. */
    public Future<Beat> beat() {
        return redis.send(new ScriptCall(
                        BEAT, List.of(NODES, RedisRevocations.VERSION), List.of(node, SILENCE.toNanos() / 1_000)))
                .map(reply -> {
                    Response answer = Objects.requireNonNull(reply, "beat.lua answers three values");
                    return new Beat(number(answer.get(0)), answer.get(1).toString(), number(answer.get(2)) == 1);
                });
    }

    /** Says that this process is about to end. */
    public Future<Void> leave() {
        return redis.send(ScriptCall.of(LEAVE, NODES, node)).mapEmpty();
    }

    /** What an operator has to mend at the servers; fails if they do not tell, as those of some providers. */
    public Future<List<String>> complaints() {
        return redis.ask(() -> Request.cmd(Command.INFO))
                .map(answers -> answers.stream()
                        .flatMap(answer -> ServerInfo.of(String.valueOf(answer)).complaints().stream())
                        .distinct()
                        .toList());
    }

    private static int number(@Nullable Response reply) {
        Integer number = reply == null ? null : reply.toInteger();
        return number == null ? 0 : number;
    }
}
