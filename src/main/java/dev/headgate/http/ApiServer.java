// SPDX-License-Identifier: Apache-2.0
package dev.headgate.http;

import dev.headgate.call.CallRecord;
import dev.headgate.call.Endpoint;
import dev.headgate.call.ErrorKind;
import dev.headgate.call.GatewayError;
import dev.headgate.call.Principal;
import dev.headgate.call.RequestBody;
import dev.headgate.call.UnaryReply;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.ServerSSLOptions;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.IdentityHashMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The API port on one event loop: guards every request, finds its endpoint, asks who is calling and sends it into its chain. */
public final class ApiServer {
    private static final Pattern REQUEST_ID = Pattern.compile("[A-Za-z0-9._-]{1,64}");
    private static final Pattern PARAMETER = Pattern.compile("\\{(\\w+)}");
    private static final String CALL = "call";

    private final Vertx vertx;
    private final ApiShared shared;
    private final ApiLoop loop;
    private final BodyIntake intake;
    private final Cors cors;
    private final ConnectionGuard connections;
    private final IdentityHashMap<HttpConnection, ConnectionGuard.Guarded> guarded = new IdentityHashMap<>();
    private final Router router;
    private final Context context;
    private final HttpServer server;
    private Live live;
    private @Nullable ClientCall arriving;

    public ApiServer(Vertx vertx, ApiShared shared, HttpServerOptions options, Live live) {
        this.vertx = vertx;
        this.shared = shared;
        this.live = live;
        this.context = vertx.getOrCreateContext();
        this.loop = new ApiLoop(vertx, shared.settings(), shared.guards());
        this.intake = new BodyIntake(shared);
        this.cors = new Cors(shared.settings().corsOrigins());
        this.connections = new ConnectionGuard(
                loop.ticker(), shared.connections(), shared.settings().times());
        this.router = router();
        this.server = vertx.createHttpServer(options)
                .connectionHandler(this::connected)
                .requestHandler(this::accept)
                .invalidRequestHandler(this::undecodable);
    }

    /** Listens; fails if the address is taken. Completes with the port that was bound. */
    public Future<Integer> listen(String host, int port) {
        return server.listen(port, host).map(HttpServer::actualPort);
    }

    /** What new calls see from now on. */
    public void publish(Live next) {
        live = next;
    }

    /** Takes a new certificate for new connections; completes with false if it is the one that it has. */
    public Future<Boolean> updateCertificate(ServerSSLOptions options) {
        return server.updateSSLOptions(options);
    }

    /** Serves on, but asks clients to use another connection next time. */
    public void drain() {
        loop.drain();
    }

    /** Closes the listener, lets running calls end, and after the grace ends them with an error. */
    public Future<Void> shutdown(Duration grace) {
        long cut = grace.isZero() ? -1 : vertx.setTimer(grace.toMillis(), id -> loop.cutAll());
        if (cut < 0) {
            loop.cutAll();
        }
        return server.shutdown(grace.toMillis() + 1_000, TimeUnit.MILLISECONDS)
                .onComplete(done -> vertx.cancelTimer(cut));
    }

    private Router router() {
        Router made = Router.router(vertx);
        made.route().handler(this::begin);
        for (Endpoint endpoint : Endpoint.values()) {
            HttpMethod method = HttpMethod.valueOf(endpoint.method());
            (endpoint == Endpoint.MODEL
                            ? made.routeWithRegex(method, "/v1/models/(?<model>.+)")
                            : made.route(
                                    method, PARAMETER.matcher(endpoint.path()).replaceAll(":$1")))
                    .handler(ctx -> serve(ctx, endpoint));
        }
        made.errorHandler(404, this::unknownPath);
        made.errorHandler(405, this::wrongMethod);
        made.errorHandler(
                400,
                ctx -> callOf(ctx)
                        .fail(GatewayError.of(ErrorKind.INVALID_REQUEST, "The request path cannot be read."), true));
        made.errorHandler(
                500,
                ctx -> callOf(ctx)
                        .fail(
                                ctx.failure() == null
                                        ? new IllegalStateException("failed without a cause")
                                        : ctx.failure()));
        return made;
    }

    private void connected(HttpConnection connection) {
        guarded.put(connection, connections.open(connection, () -> guarded.remove(connection)));
    }

    /** A new call, or null if its connection is on its way out and nothing on it is served any more. */
    private @Nullable ClientCall open(HttpServerRequest request) {
        ConnectionGuard.Guarded connection = guarded.get(request.connection());
        if (connection == null || connection.isDoomed()) {
            return null;
        }
        String id = shared.ids().next();
        String sent = request.getHeader("x-request-id");
        String requestId = sent != null && REQUEST_ID.matcher(sent).matches() ? sent : id;
        CallRecord record = new CallRecord(id, requestId, System.nanoTime(), shared.listener());
        record.method = request.method().name();
        record.path = request.path() == null ? "" : request.path();
        record.revision = live.revision();
        return new ClientCall(loop, request, context, record, live, connection);
    }

    /** Guards a request before the router looks at it, which would answer some broken ones in words of its own. */
    private void accept(HttpServerRequest request) {
        ClientCall call = open(request);
        if (call == null) {
            return;
        }
        GatewayError problem = RequestGuard.check(request.version(), request.uri(), request.headers());
        if (problem != null) {
            call.fail(problem, true);
            return;
        }
        cors.answer(request);
        problem = call.live.open()
                ? RequestGuard.checkOpen(hostOf(request), request.getHeader("origin"))
                : cors.check(request.getHeader("origin"));
        if (problem != null) {
            call.fail(problem, false);
        } else if (cors.isPreflight(request)) {
            call.deliver(new UnaryReply(200, Cors.preflight(request), Buffer.buffer(), null, null));
        } else {
            arriving = call;
            router.handle(request);
        }
    }

    /** The router's first handler, which it calls at once: from here on the call is found by its routing context. */
    private void begin(RoutingContext ctx) {
        ctx.put(CALL, arriving);
        arriving = null;
        ctx.next();
    }

    private static @Nullable String hostOf(HttpServerRequest request) {
        return request.authority() == null ? null : request.authority().toString();
    }

    private void serve(RoutingContext ctx, Endpoint endpoint) {
        ClientCall call = callOf(ctx);
        HttpServerRequest request = ctx.request();
        MultiMap headers = request.headers();
        call.record.endpoint = endpoint;
        Live.Checked who =
                call.live.keys().check(headers.get("authorization"), firstOf(headers, "api-key", "x-api-key"));
        Principal principal = who.principal();
        if (principal == null) {
            GatewayError error = who.error();
            call.fail(error == null ? GatewayError.of(ErrorKind.INVALID_API_KEY, "No key was sent.") : error, false);
            return;
        }
        call.record.principal = principal;
        GatewayError refusal = loop.gate().check(endpoint, principal.priority());
        if (refusal == null) {
            call.admit();
            refusal = Admission.check(endpoint, principal, headers);
        }
        if (refusal != null) {
            call.fail(refusal, false);
            return;
        }
        var chain = call.live.chains().get(endpoint.kind());
        if (chain == null) {
            throw new IllegalStateException("no chain for " + endpoint.kind());
        }
        Future<RequestBody> body = intake.read(request, endpoint);
        body.onComplete(result -> {
            if (result.failed()) {
                call.bodyFailed(result.cause());
            } else {
                call.proceed(principal, endpoint, ctx.pathParams(), HeaderRules.up(headers), result.result(), chain);
            }
        });
    }

    private static @Nullable String firstOf(MultiMap headers, String first, String second) {
        String value = headers.get(first);
        return value != null ? value : headers.get(second);
    }

    private void unknownPath(RoutingContext ctx) {
        callOf(ctx)
                .fail(
                        GatewayError.of(
                                ErrorKind.UNKNOWN_PATH,
                                "There is no %s %s here. The API is OpenAI's: POST /v1/chat/completions, GET /v1/models and so on."
                                        .formatted(
                                                ctx.request().method(),
                                                ctx.request().path())),
                        false);
    }

    private void wrongMethod(RoutingContext ctx) {
        String path = ctx.normalizedPath();
        TreeSet<String> allowed = java.util.Arrays.stream(Endpoint.values())
                .filter(e -> path.matches(PARAMETER.matcher(e.path()).replaceAll(e == Endpoint.MODEL ? ".+" : "[^/]+")))
                .map(Endpoint::method)
                .collect(Collectors.toCollection(TreeSet::new));
        ctx.response().putHeader("allow", String.join(", ", allowed));
        callOf(ctx)
                .fail(
                        GatewayError.of(
                                ErrorKind.METHOD_NOT_ALLOWED,
                                "%s takes %s, not %s."
                                        .formatted(
                                                path,
                                                String.join(" or ", allowed),
                                                ctx.request().method())),
                        false);
    }

    /** What the decoder refuses: the request is not one, so nothing but its error is answered and the connection goes. */
    private void undecodable(HttpServerRequest request) {
        ClientCall call = open(request);
        if (call == null) {
            return;
        }
        Throwable cause = request.decoderResult().cause();
        ErrorKind kind = switch (cause) {
            case TooLongHttpLineException e -> ErrorKind.URI_TOO_LONG;
            case TooLongHttpHeaderException e -> ErrorKind.HEADERS_TOO_LARGE;
            case null, default -> ErrorKind.INVALID_REQUEST;
        };
        String message = switch (kind) {
            case URI_TOO_LONG -> "The request line is longer than %d bytes.".formatted(ServerDefaults.MAX_REQUEST_LINE);
            case HEADERS_TOO_LARGE ->
                "The request's headers are larger than %d bytes.".formatted(ServerDefaults.MAX_HEADERS);
            default -> "This is not a valid HTTP request.";
        };
        call.fail(GatewayError.of(kind, message), true);
    }

    private static ClientCall callOf(RoutingContext ctx) {
        return java.util.Objects.requireNonNull(ctx.<ClientCall>get(CALL));
    }
}
