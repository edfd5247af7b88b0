// SPDX-License-Identifier: Apache-2.0
package dev.headgate.admin;

import dev.headgate.call.Backend;
import dev.headgate.call.BackendView;
import dev.headgate.call.Secret;
import dev.headgate.config.HeadgateFile;
import dev.headgate.config.Snapshot;
import dev.headgate.metering.UsageLedger;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The management port: health and metrics for everybody who reaches it, {@code /admin} for those who have the token. Never reads
 * cookies, so that no web page can act for an operator.
 */
public final class AdminServer extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(AdminServer.class);
    private static final int TOKEN_BYTES = 16;
    private static final long MOST_BODY = 64 * 1024;
    private static final Set<HttpMethod> BARE = Set.of(HttpMethod.GET, HttpMethod.HEAD);
    private static final Pattern JSON = Pattern.compile("application/json\\s*(;.*)?", Pattern.CASE_INSENSITIVE);

    private final HeadgateFile.Admin address;
    private final ConfigStatus status;
    private final Function<Collection<Backend>, List<BackendView>> backends;
    private final Supplier<StoreHealth> stores;
    private final UsagePage usage;
    private final PrometheusMeterRegistry registry;
    private final List<AdminResource> resources;
    private final Secret token;
    private final boolean tokenMade;
    private volatile boolean draining;
    private volatile int port;

    /**
     * @param backends how the given backends are now; those of which nothing is known may be left out
     * @param stores how the stores are now
     * @param resources what else there is below {@code /admin}
     */
    public AdminServer(
            HeadgateFile.Admin address,
            ConfigStatus status,
            Function<Collection<Backend>, List<BackendView>> backends,
            Supplier<StoreHealth> stores,
            UsageLedger usage,
            PrometheusMeterRegistry registry,
            List<AdminResource> resources) {
        this.address = address;
        this.status = status;
        this.backends = backends;
        this.stores = stores;
        this.usage = new UsagePage(status, usage, InstantSource.system());
        this.registry = registry;
        this.resources = List.copyOf(resources);
        Secret configured = address.token();
        this.tokenMade = configured == null;
        this.token = configured == null ? makeToken() : configured;
    }

    @Override
    public Future<?> start() {
        HttpServerOptions options = new HttpServerOptions()
                .setIdleTimeout(60)
                .setHttp2ClearTextEnabled(false)
                .setHost(address.host())
                .setPort(address.port());
        return vertx.createHttpServer(options)
                .requestHandler(router())
                .listen()
                .map(HttpServer::actualPort)
                .onSuccess(bound -> port = bound);
    }

    public int port() {
        return port;
    }

    /** The token that was made because none was configured, or null. */
    public @Nullable String madeToken() {
        return tokenMade ? token.reveal() : null;
    }

    /** From now on the gateway is not ready: no new traffic should be sent to it. */
    public void drain() {
        draining = true;
    }

    private Router router() {
        Router router = Router.router(vertx);
        router.get("/health/live").handler(ctx -> Answers.json(ctx, 200, Map.of("status", "live")));
        router.get("/health/ready").handler(this::ready);
        router.get("/metrics").handler(this::metrics);
        router.route("/admin/*").handler(this::authorize);
        // Bounded, in memory, and nothing of it is ever written to a file.
        router.post("/admin/*").handler(BodyHandler.create(false).setBodyLimit(MOST_BODY));
        router.get("/admin/config").handler(ctx -> Answers.json(ctx, 200, ConfigPage.of(status)));
        router.get("/admin/backends").handler(this::backends);
        router.get("/admin/usage").handler(usage::handle);
        resources.forEach(resource -> resource.mount(router));
        router.errorHandler(
                404,
                ctx -> Answers.error(
                        ctx,
                        404,
                        "There is no " + ctx.request().path() + " here: see " + String.join(", ", paths()) + "."));
        router.errorHandler(
                413, ctx -> Answers.error(ctx, 413, "The body is larger than " + MOST_BODY / 1024 + " KB."));
        router.errorHandler(405, ctx -> Answers.error(ctx, 405, "This path takes another method."));
        router.errorHandler(500, AdminServer::broken);
        return router;
    }

    /** The router logs only what nobody handles. */
    private static void broken(RoutingContext ctx) {
        LOG.error("{} {} failed", ctx.request().method(), ctx.request().path(), ctx.failure());
        Answers.error(ctx, 500, "Something went wrong; the log says what.");
    }

    private void ready(RoutingContext ctx) {
        StoreHealth now = stores.get();
        String revision = status.state().snapshot().revision();
        Answers.json(ctx, ReadyPage.status(draining, now), ReadyPage.of(revision, draining, now));
    }

    private List<String> paths() {
        return Stream.concat(
                        Stream.of(
                                "/health/live",
                                "/health/ready",
                                "/metrics",
                                "/admin/config",
                                "/admin/backends",
                                "/admin/usage"),
                        resources.stream().flatMap(resource -> resource.paths().stream()))
                .toList();
    }

    private void backends(RoutingContext ctx) {
        Snapshot snapshot = status.state().snapshot();
        Collection<Backend> running = snapshot.backends().values();
        Answers.json(ctx, 200, BackendsPage.page(snapshot.revision(), running, backends.apply(running)));
    }

    private void metrics(RoutingContext ctx) {
        // Rendering all series can take longer than an event-loop turn may.
        vertx.executeBlocking(() -> registry.scrape("text/plain; version=0.0.4; charset=utf-8"), false)
                .onSuccess(text -> ctx.response()
                        .putHeader("content-type", "text/plain; version=0.0.4; charset=utf-8")
                        .end(text))
                .onFailure(ctx::fail);
    }

    private void authorize(RoutingContext ctx) {
        String sent = ctx.request().getHeader("authorization");
        if (sent == null
                || !sent.regionMatches(true, 0, "Bearer ", 0, 7)
                || !isToken(sent.substring(7).trim())) {
            ctx.response().putHeader("www-authenticate", "Bearer");
            Answers.error(ctx, 401, "Send the admin token as Authorization: Bearer.");
            return;
        }
        String type = ctx.request().getHeader("content-type");
        if (!BARE.contains(ctx.request().method()) && !isJson(type)) {
            Answers.error(ctx, 415, "The admin API takes application/json only.");
            return;
        }
        ctx.next();
    }

    /** A type's case does not matter, and parameters may follow it (RFC 9110, 8.3.1). */
    private static boolean isJson(@Nullable String type) {
        return type != null && JSON.matcher(type).matches();
    }

    private boolean isToken(String sent) {
        return MessageDigest.isEqual(
                sent.getBytes(StandardCharsets.UTF_8), token.reveal().getBytes(StandardCharsets.UTF_8));
    }

    private static Secret makeToken() {
        byte[] bytes = new byte[TOKEN_BYTES];
        new SecureRandom().nextBytes(bytes);
        return new Secret(HexFormat.of().formatHex(bytes));
    }
}
