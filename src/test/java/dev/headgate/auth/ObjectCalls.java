// SPDX-License-Identifier: Apache-2.0
package dev.headgate.auth;

import dev.headgate.call.AllowList;
import dev.headgate.call.Backend;
import dev.headgate.call.Call;
import dev.headgate.call.CallFailure;
import dev.headgate.call.CallListener;
import dev.headgate.call.CallRecord;
import dev.headgate.call.Cancellation;
import dev.headgate.call.Endpoint;
import dev.headgate.call.ErrorKind;
import dev.headgate.call.Guards;
import dev.headgate.call.Principal;
import dev.headgate.call.Priority;
import dev.headgate.call.Reply;
import dev.headgate.call.RequestBody;
import dev.headgate.call.Target;
import dev.headgate.call.Timing;
import dev.headgate.call.UnaryReply;
import dev.headgate.routing.Choice;
import dev.headgate.routing.Route;
import dev.headgate.routing.RouteStage;
import dev.headgate.routing.RouteTable;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import java.net.URI;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Calls, routes and answers for tests of what happens to objects. */
final class ObjectCalls {
    static final Principal ACME = principal("acme", true, true);
    static final Backend LEFT = backend("left", Backend.Dialect.OPENAI, null);
    static final Backend RIGHT = backend("right", Backend.Dialect.OPENAI, null);
    static final Backend OFF = backend("off", Backend.Dialect.OPENAI, "OFF_KEY is not set");
    static final Backend DEMO = backend("demo", Backend.Dialect.DEMO, null);
    private static final RouteTable ROUTES = new RouteTable(
            List.of(route("chat", LEFT, RIGHT), route("right-only", RIGHT), route("dead", OFF), route("secret", LEFT)));

    private ObjectCalls() {}

    static Principal principal(String tenant, boolean objects, boolean unmetered) {
        return new Principal(
                tenant,
                "web",
                Map.of(),
                AllowList.of(List.of("chat", "right-only", "dead")),
                objects,
                unmetered,
                false,
                Priority.DEFAULT,
                1);
    }

    static Backend backend(String name, Backend.Dialect dialect, @Nullable String off) {
        return new Backend(
                name,
                dialect,
                URI.create("http://localhost"),
                new Backend.Auth.None(),
                List.of(),
                Map.of(),
                null,
                null,
                null,
                null,
                false,
                Guards.DEFAULT,
                off);
    }

    private static Route route(String name, Backend... backends) {
        List<Choice> order = List.of(backends).stream()
                .<Choice>map(b -> new Choice.One(new Target(
                        "m-" + b.name(), b, "vendor-" + b.name(), Map.of("temperature", "0"), Map.of("n", "1"), true)))
                .toList();
        return new Route(name, order, null, List.of(), Route.Policy.of(Duration.ofSeconds(10), Duration.ofMinutes(1)));
    }

    static List<Target> targets(String name, Call call) {
        return RouteStage.targetsOf(ROUTES, name, call);
    }

    static Call call(Endpoint endpoint, Map<String, String> path, @Nullable String query, Body body) {
        return call(ACME, endpoint, path, query, body, null);
    }

    static Call call(
            Principal principal,
            Endpoint endpoint,
            Map<String, String> path,
            @Nullable String query,
            Body body,
            @Nullable String hint) {
        return new Call(
                "call_1",
                principal,
                endpoint,
                path,
                query,
                MultiMap.caseInsensitiveMultiMap().add("accept-encoding", "gzip"),
                body,
                new CallRecord("call_1", "call_1", 1, CallListener.all(List.of())),
                new Cancellation(),
                new Timing(),
                "192.0.2.1",
                hint,
                null,
                null);
    }

    static Reply answer(String json) {
        return answer(200, json);
    }

    static Reply answer(int status, String json) {
        return new UnaryReply(status, MultiMap.caseInsensitiveMultiMap(), Buffer.buffer(json), null, null);
    }

    static String text(Future<Reply> reply) {
        return ((Reply.Unary) reply.result()).body().toString();
    }

    /** The kind of error that a future failed with. */
    static ErrorKind kind(Future<?> future) {
        if (future.cause() instanceof CallFailure failure) {
            return failure.error().kind();
        }
        throw new AssertionError("no answer but " + future, future.cause());
    }

    /** A JSON body that says these things and has no bytes. */
    record Body(@Nullable String model, List<String> references, boolean background) implements RequestBody.Json {
        @Override
        public byte[] content() {
            return new byte[0];
        }

        static final Body NONE = new Body(null, List.of(), false);

        static Body referring(String... ids) {
            return new Body("chat", List.of(ids), false);
        }

        @Override
        public boolean stream() {
            return false;
        }

        @Override
        public boolean replayable() {
            return true;
        }

        @Override
        public Outgoing to(Target target) {
            return new Outgoing.Whole(List.of(), 0);
        }

        @Override
        public void release() {}

        @Override
        public boolean lacksUsageRequest() {
            return false;
        }
    }

    /** A record of owners that cannot be written, and be read only if there is something to read. */
    record Down(@Nullable ObjectOwners readable) implements ObjectOwners {
        Down() {
            this(null);
        }

        private static <T> Future<T> down() {
            return Future.failedFuture("the disk is gone");
        }

        @Override
        public Future<Map<String, Owner>> find(Collection<String> ids) {
            return readable == null ? down() : readable.find(ids);
        }

        @Override
        public Future<Boolean> record(Collection<String> ids, Owner owner) {
            return down();
        }

        @Override
        public Future<Void> forget(String id) {
            return down();
        }

        @Override
        public Future<Void> check() {
            return down();
        }

        @Override
        public Future<Void> close() {
            return Future.succeededFuture();
        }
    }
}
