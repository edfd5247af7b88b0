// SPDX-License-Identifier: Apache-2.0
package dev.headgate;

import dev.headgate.admin.AdminResource;
import dev.headgate.admin.AdminServer;
import dev.headgate.admin.ConfigStatus;
import dev.headgate.admin.KeysResource;
import dev.headgate.admin.LimitChangesResource;
import dev.headgate.admin.LimitsResource;
import dev.headgate.audit.AuditTrail;
import dev.headgate.auth.ObjectOwners;
import dev.headgate.auth.Revocations;
import dev.headgate.call.Backend;
import dev.headgate.call.BackendView;
import dev.headgate.call.CallListener;
import dev.headgate.call.Target;
import dev.headgate.config.ConfigWatcher;
import dev.headgate.config.HeadgateFile;
import dev.headgate.config.LoadResult;
import dev.headgate.config.Problem;
import dev.headgate.config.Snapshot;
import dev.headgate.http.ApiSettings;
import dev.headgate.http.ApiShared;
import dev.headgate.http.ServerDefaults;
import dev.headgate.http.Times;
import dev.headgate.metering.ModelNames;
import dev.headgate.metering.TokenCorrection;
import dev.headgate.quota.TenantLimits;
import dev.headgate.resilience.Backends;
import dev.headgate.resilience.HealthChecks;
import dev.headgate.routing.Route;
import dev.headgate.store.local.LocalAuditTrail;
import dev.headgate.store.local.LocalObjectOwners;
import dev.headgate.store.memory.MemoryObjectOwners;
import dev.headgate.telemetry.AccessLogListener;
import dev.headgate.telemetry.GuardMetrics;
import dev.headgate.telemetry.MetricsListener;
import dev.headgate.telemetry.ProcessMetrics;
import dev.headgate.upstream.ControlClient;
import dev.headgate.upstream.HealthRequest;
import dev.headgate.upstream.WebControlClient;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.micrometer.MetricsDomain;
import io.vertx.micrometer.MicrometerMetricsFactory;
import io.vertx.micrometer.MicrometerMetricsOptions;
import java.io.IOException;
import java.net.BindException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The composition root: every part is made and joined here, and nowhere else. */
public final class Gateway implements ConfigWatcher.Listener {
    private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);
    private static final long CERTIFICATE_MILLIS = 1_000;

    private final Vertx vertx;
    private final HeadgateFile settings;
    private final ConfigStatus status;
    private final PrometheusMeterRegistry registry;
    private final List<GatewayVerticle> loops = Collections.synchronizedList(new ArrayList<>());
    private final AdminServer admin;
    private final ObjectOwners owners;
    private final Stores stores;
    private final LimitWatch limits;
    private final TokenCorrection correction = new TokenCorrection();
    private final ModelNames models = new ModelNames();
    private final GuardMetrics guards;
    private final Backends backends;
    private final HealthChecks health;
    private @Nullable Future<Void> closing;

    private Gateway(Vertx vertx, LoadResult.Loaded loaded, PrometheusMeterRegistry registry) {
        this.vertx = vertx;
        this.settings = loaded.settings();
        this.registry = registry;
        this.status = new ConfigStatus(settings, loaded.snapshot(), loaded.warnings());
        this.guards = new GuardMetrics(registry);
        this.backends = new Backends(vertx, guards);
        ControlClient control = new WebControlClient(vertx);
        this.health = new HealthChecks(
                vertx, (backend, deadline) -> HealthRequest.ask(control, backend, deadline), backends, guards);
        this.owners = settings.auth() == HeadgateFile.AuthMode.KEYS
                ? new LocalObjectOwners(vertx, settings.state().dir())
                : new MemoryObjectOwners();
        this.stores = Stores.open(vertx, settings.state(), () -> countsBudgets(status.snapshot()), registry);
        this.limits = new LimitWatch(vertx, stores, control, registry);
        this.admin = new AdminServer(
                settings.admin(), status, backends::view, stores::health, stores.usage, registry, resources());
    }

    private List<AdminResource> resources() {
        AuditTrail trail = new LocalAuditTrail(vertx, settings.state().dir());
        InstantSource clock = InstantSource.system();
        return List.of(
                new LimitsResource(status, stores.quotas, stores::source, clock),
                new LimitChangesResource(status, stores.quotas, stores::source, trail, clock),
                new KeysResource(status, stores.revocations, trail, clock));
    }

    /**
     * Starts everything and listens; fails with what could not be started.
     *
     * @param slowTurn how long a turn of an event loop may take before it is logged
     */
    public static Future<Gateway> start(LoadResult.Loaded loaded, int eventLoops, Duration slowTurn, Times times) {
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        Vertx vertx = Vertx.builder()
                .with(new VertxOptions()
                        .setPreferNativeTransport(true)
                        .setEventLoopPoolSize(eventLoops)
                        .setMetricsOptions(new MicrometerMetricsOptions()
                                .setEnabled(true)
                                // Our own meters tell of HTTP with better labels, and at a quarter of the cost.
                                .addDisabledMetricsCategory(MetricsDomain.HTTP_SERVER)
                                .addDisabledMetricsCategory(MetricsDomain.HTTP_CLIENT)
                                .addDisabledMetricsCategory(MetricsDomain.NET_SERVER)
                                .addDisabledMetricsCategory(MetricsDomain.NET_CLIENT)
                                .addDisabledMetricsCategory(MetricsDomain.EVENT_BUS))
                        .setMaxEventLoopExecuteTime(slowTurn.toMillis())
                        .setMaxEventLoopExecuteTimeUnit(TimeUnit.MILLISECONDS))
                .withMetrics(new MicrometerMetricsFactory(registry))
                .build();
        Gateway gateway = new Gateway(vertx, loaded, registry);
        Snapshot snapshot = loaded.snapshot();
        Promise<Gateway> started = Promise.promise();
        gateway.openObjects(snapshot)
                .compose(opened -> gateway.stores.start())
                .compose(opened -> gateway.deploy(snapshot, eventLoops, times))
                .onSuccess(deployed -> started.complete(gateway))
                .onFailure(cause -> gateway.close().onComplete(closed -> started.fail(cause)));
        return started.future();
    }

    /** Where tenants keep objects, a record that cannot be used is found out now and not by their first call. */
    private Future<Void> openObjects(Snapshot snapshot) {
        if (!snapshot.keys().anyKeepsObjects()) {
            return Future.succeededFuture();
        }
        LOG.info(
                "Tenants keep objects: their ids are recorded in {} by this process alone, so run one replica",
                settings.state().dir());
        return owners.check();
    }

    private static boolean countsBudgets(Snapshot snapshot) {
        return snapshot.limits().values().stream().anyMatch(TenantLimits::hasCalendarLimits);
    }

    private Future<Void> deploy(Snapshot snapshot, int eventLoops, Times times) {
        HeadgateFile.Server server = settings.server();
        ApiShared shared = new ApiShared(
                new ApiSettings(
                        server.maxBody(),
                        server.maxUpload(),
                        Runtime.getRuntime().maxMemory() / 100 * server.bodiesPercent(),
                        server.corsOrigins(),
                        server.exposeHeaders(),
                        address -> server.trustedProxies().stream().anyMatch(range -> range.contains(address)),
                        times),
                CallListener.all(List.of(new MetricsListener(registry), new AccessLogListener())),
                guards);
        ProcessMetrics.register(registry, status::isLastReloadSuccessful, status::takenAtMillis, shared::bodyBytes);
        boolean open = settings.auth() == HeadgateFile.AuthMode.NONE;
        HttpServerOptions options = listenOptions(settings.listen());
        return vertx.deployVerticle(
                        () -> {
                            GatewayVerticle loop = new GatewayVerticle(
                                    shared, options, open, snapshot, owners, stores, correction, models, backends);
                            loops.add(loop);
                            return loop;
                        },
                        new DeploymentOptions().setInstances(eventLoops))
                .recover(cause -> cannotListen(
                        "listen", options.getHost(), settings.listen().port(), cause))
                .onSuccess(deployed -> guard(snapshot))
                .compose(deployed -> watchCertificate())
                .compose(watched -> vertx.deployVerticle(admin))
                .recover(cause -> cannotListen(
                        "admin", settings.admin().host(), settings.admin().port(), cause))
                .mapEmpty();
    }

    /** Says what the operating system does not: which of the two ports it is. */
    private static Future<String> cannotListen(String word, String host, int port, Throwable cause) {
        boolean taken = String.valueOf(cause.getMessage()).contains("Address already in use");
        return Future.failedFuture(
                cause instanceof BindException || cause.getCause() instanceof BindException || taken
                        ? new IOException("%s %s:%d: %s"
                                .formatted(
                                        word,
                                        host,
                                        port,
                                        taken ? "another program listens there already" : cause.getMessage()))
                        : cause);
    }

    private Future<Void> watchCertificate() {
        HeadgateFile.Tls tls = settings.listen().tls();
        return tls == null
                ? Future.succeededFuture()
                : CertificateWatch.start(
                        vertx,
                        tls,
                        CERTIFICATE_MILLIS,
                        options -> loops.getFirst().server().updateCertificate(options));
    }

    private static HttpServerOptions listenOptions(HeadgateFile.Listen listen) {
        // Vert.x gives every event loop a port of its own for 0, and one to all of them for a negative number.
        int port = listen.port() == 0 ? -1 : listen.port();
        HttpServerOptions options =
                ServerDefaults.options().setHost(listen.host()).setPort(port);
        HeadgateFile.Tls tls = listen.tls();
        if (tls != null) {
            options.setSsl(true)
                    .setUseAlpn(true)
                    .setKeyCertOptions(new PemKeyCertOptions()
                            .setCertPath(tls.cert().toString())
                            .setKeyPath(tls.key().toString()));
        }
        return options;
    }

    /** Makes a snapshot current everywhere; calls that are running keep theirs. */
    @Override
    public void accepted(Snapshot snapshot, List<Problem> warnings) {
        status.accepted(snapshot, warnings);
        loops.forEach(loop -> loop.publish(snapshot));
        guard(snapshot);
    }

    /** Keeps what protects these backends, and lets go of what protected others. */
    private void guard(Snapshot snapshot) {
        Collection<Backend> all = snapshot.backends().values();
        backends.retain(
                all,
                snapshot.routes().all().stream().flatMap(Route::everyTarget).toList());
        correction.retain(
                snapshot.routes().all().stream()
                        .flatMap(Route::everyTarget)
                        .map(Target::stateKey)
                        .collect(Collectors.toSet()),
                snapshot.routes().all().stream().map(Route::name).collect(Collectors.toSet()));
        guards.retain(snapshot.backends().keySet());
        for (Backend backend : all) {
            if (backend.guards().bulkhead() == null) {
                guards.noBulkhead(backend.name());
            } else {
                guards.bulkhead(
                        backend.name(),
                        () -> slots(backend).limit(),
                        () -> slots(backend).inUse(),
                        () -> slots(backend).waiting());
            }
        }
        health.apply(all);
        limits.apply(snapshot);
    }

    private BackendView.Slots slots(Backend backend) {
        return Objects.requireNonNull(backends.slots(backend));
    }

    /** Notes why the files on disk were not taken. */
    @Override
    public void refused(List<Problem> problems) {
        status.refused(problems);
    }

    public int port() {
        return loops.getFirst().port();
    }

    public int adminPort() {
        return admin.port();
    }

    /** The admin token that was made for this run, or null if one is configured. */
    public @Nullable String adminToken() {
        return admin.madeToken();
    }

    public Vertx vertx() {
        return vertx;
    }

    /** Takes a key back, in this process at once and in all that share its Redis soon. */
    Future<Revocations.Outcome> revoke(String tenant, String key, String reason) {
        return stores.revocations.revoke(status.snapshot().keys(), tenant, key, reason);
    }

    /** Readiness goes first, then the listener, then what still runs after the grace; completes when all is closed. */
    public Future<Void> drain() {
        HeadgateFile.Server server = settings.server();
        admin.drain();
        loops.forEach(GatewayVerticle::drain);
        Promise<Void> drained = Promise.promise();
        delay(server.drainDelay())
                .compose(v -> Future.join(loops.stream()
                        .map(loop -> loop.shutdown(server.drainGrace()))
                        .toList()))
                .onComplete(ended -> close().onComplete(drained));
        return drained.future();
    }

    private Future<Void> delay(Duration duration) {
        return duration.isZero()
                ? Future.succeededFuture()
                : vertx.timer(duration.toMillis()).mapEmpty();
    }

    /** Closes at once, without waiting for calls. Idempotent: every caller gets the same end. */
    public synchronized Future<Void> close() {
        if (closing != null) {
            return closing;
        }
        // Not a composition: that would complete on an event loop, which is gone by then.
        Promise<Void> closed = Promise.promise();
        closing = closed.future();
        limits.close();
        health.close()
                .onComplete(asked -> Future.join(owners.close(), stores.close())
                        .onComplete(done -> vertx.close().onComplete(closed)));
        return closing;
    }
}
