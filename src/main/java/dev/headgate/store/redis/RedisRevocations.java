// SPDX-License-Identifier: Apache-2.0
package dev.headgate.store.redis;

import dev.headgate.auth.Revocation;
import dev.headgate.auth.RevocationLine;
import dev.headgate.auth.RevocationStore;
import io.vertx.core.Future;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Revocations where all replicas see them, with a version by which they notice that there are new ones. Thread-safe. */
public final class RedisRevocations implements RevocationStore {
    static final String VERSION = RedisReplicas.PREFIX + "revoked-version";
    static final Script ADD = Script.of(Script.read("revoke.lua"));
    static final Script ALL = Script.of("return redis.call('HVALS', KEYS[1])");

    private static final Logger LOG = LoggerFactory.getLogger(RedisRevocations.class);
    private static final String REVOKED = RedisReplicas.PREFIX + "revoked";
    private static final int AT_ONCE = 500;

    private final RedisCommands redis;

    RedisRevocations(RedisCommands redis) {
        this.redis = redis;
    }

    @Override
    public Future<Void> add(Collection<Revocation> revocations) {
        List<Revocation> all = List.copyOf(revocations);
        Future<Void> done = Future.succeededFuture();
        for (int from = 0; from < all.size(); from += AT_ONCE) {
            List<Revocation> some = all.subList(from, Math.min(all.size(), from + AT_ONCE));
            done = done.compose(before -> addSome(some));
        }
        return done;
    }

    private Future<Void> addSome(List<Revocation> some) {
        List<Object> arguments = new ArrayList<>(2 * some.size());
        for (Revocation one : some) {
            arguments.add(one.digest());
            arguments.add(RevocationLine.of(one));
        }
        return redis.send(new ScriptCall(ADD, List.of(REVOKED, VERSION), arguments))
                .mapEmpty();
    }

    @Override
    public Future<List<Revocation>> all() {
        return redis.send(ScriptCall.of(ALL, REVOKED)).map(RedisRevocations::read);
    }

    private static List<Revocation> read(@Nullable Response values) {
        List<Revocation> read = new ArrayList<>();
        if (values != null) {
            for (Response value : values) {
                Revocation one = RevocationLine.read(value.toString());
                if (one == null) {
                    LOG.error("A revocation in Redis cannot be read: {}", value);
                } else {
                    read.add(one);
                }
            }
        }
        return read;
    }

    /** The connections are closed by those that opened them. */
    @Override
    public Future<Void> close() {
        return Future.succeededFuture();
    }
}
