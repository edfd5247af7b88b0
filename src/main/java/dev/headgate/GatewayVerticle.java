// SPDX-License-Identifier: Apache-2.0
package dev.headgate;

import dev.headgate.auth.Authenticator;
import dev.headgate.auth.ObjectOwners;
import dev.headgate.call.Backend;
import dev.headgate.call.Endpoint;
import dev.headgate.call.ErrorKind;
import dev.headgate.call.GatewayError;
import dev.headgate.config.Snapshot;
import dev.headgate.http.ApiServer;
import dev.headgate.http.ApiShared;
import dev.headgate.http.Live;
import dev.headgate.metering.ModelNames;
import dev.headgate.metering.TokenCorrection;
import dev.headgate.pipeline.Stage;
import dev.headgate.quota.Loop;
import dev.headgate.quota.QuotaStage;
import dev.headgate.resilience.Backends;
import dev.headgate.resilience.Pause;
import dev.headgate.routing.ModelList;
import dev.headgate.upstream.Exchange;
import dev.headgate.upstream.HttpTransport;
import dev.headgate.upstream.Transport;
import dev.headgate.upstream.demo.DemoTransport;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpServerOptions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One event loop's share of the gateway: its server, its HTTP client and the pipelines of the current snapshot. */
final class GatewayVerticle extends VerticleBase {
    private final ApiShared shared;
    private final HttpServerOptions options;
    private final boolean open;
    private final Snapshot first;
    private final ObjectOwners owners;
    private final Stores stores;
    private final TokenCorrection correction;
    private final ModelNames models;
    private final Backends backends;
    private @Nullable ApiServer server;
    private Stage.@Nullable Next exchange;
    private int port;

    GatewayVerticle(
            ApiShared shared,
            HttpServerOptions options,
            boolean open,
            Snapshot first,
            ObjectOwners owners,
            Stores stores,
            TokenCorrection correction,
            ModelNames models,
            Backends backends) {
        this.shared = shared;
        this.options = options;
        this.open = open;
        this.first = first;
        this.owners = owners;
        this.stores = stores;
        this.correction = correction;
        this.models = models;
        this.backends = backends;
    }

    @Override
    public Future<?> start() {
        Transport http = new HttpTransport(vertx);
        exchange = new Exchange(Map.of(
                Backend.Dialect.OPENAI, http,
                Backend.Dialect.AZURE, http,
                Backend.Dialect.DEMO, new DemoTransport(vertx)));
        ApiServer made = new ApiServer(vertx, shared, options, live(first));
        server = made;
        return stores.connect()
                .compose(connected -> made.listen(options.getHost(), options.getPort()))
                .onSuccess(bound -> port = bound);
    }

    int port() {
        return port;
    }

    /** Makes a snapshot current on this event loop; running calls keep theirs. */
    void publish(Snapshot snapshot) {
        context.runOnContext(v -> server().publish(live(snapshot)));
    }

    void drain() {
        context.runOnContext(v -> server().drain());
    }

    Future<Void> shutdown(Duration grace) {
        io.vertx.core.Promise<Void> done = io.vertx.core.Promise.promise();
        context.runOnContext(v -> server().shutdown(grace).onComplete(done));
        return done.future();
    }

    ApiServer server() {
        return Objects.requireNonNull(server);
    }

    private Live live(Snapshot snapshot) {
        QuotaStage quota = quota(snapshot);
        Stage.Next terminal = Objects.requireNonNull(exchange);
        Authenticator authenticator =
                open ? Authenticator.open() : Authenticator.requiring(snapshot.keys(), stores.revoked);
        return new Live(
                snapshot.revision(),
                open,
                (authorization, apiKey) -> check(authenticator, authorization, apiKey),
                Map.of(
                        Endpoint.Kind.METERED,
                                Pipelines.metered(snapshot, owners, quota, backends, Pause.by(vertx), terminal),
                        Endpoint.Kind.STATEFUL, Pipelines.stateful(snapshot, owners, quota, backends, terminal),
                        Endpoint.Kind.LOCAL, Pipelines.local(new ModelList(snapshot.routes()))));
    }

    private QuotaStage quota(Snapshot snapshot) {
        InstantSource clock = InstantSource.system();
        return new QuotaStage(
                snapshot.limits(),
                stores.quotas,
                new MeteredCosts(snapshot.routes(), snapshot.prices(), correction, clock),
                models,
                clock,
                stores.room,
                Loop.of(context));
    }

    private static Live.Checked check(
            Authenticator authenticator, @Nullable String authorization, @Nullable String apiKey) {
        return switch (authenticator.authenticate(authorization, apiKey, Instant.now())) {
            case Authenticator.Accepted(var principal) -> new Live.Checked(principal, null);
            case Authenticator.Refused(String message) ->
                new Live.Checked(null, GatewayError.of(ErrorKind.INVALID_API_KEY, message));
        };
    }
}
