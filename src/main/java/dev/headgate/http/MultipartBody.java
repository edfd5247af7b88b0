// SPDX-License-Identifier: Apache-2.0
package dev.headgate.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.headgate.call.Endpoint;
import dev.headgate.call.ErrorKind;
import dev.headgate.call.GatewayError;
import dev.headgate.call.RequestBody;
import dev.headgate.call.Target;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A multipart form that is sent on while it arrives. On metered endpoints its {@code model} part names the route: what comes
 * before that part is spooled, and its value is replaced by the target's id on the way. The header {@code x-headgate-route}
 * names the route without a spool. Forms of stateful endpoints pass as they are. Confined to the request's event loop; takes the
 * request's handlers.
 */
final class MultipartBody implements RequestBody.Live {
    /** Names the route of a form whose model part comes late, or not at all. */
    static final String ROUTE_HEADER = "x-headgate-route";

    private final Context context;
    private final LiveForm live;
    private final FormSpool spool;
    private final String boundary;
    private final long declared;
    private @Nullable String model;
    /** Whether the declared length is that of a form whose model part is known. */
    private boolean modelSeen;

    private @Nullable FormStream stream;
    private boolean sent;

    private MultipartBody(Context context, LiveForm live, FormSpool spool, String boundary, long declared) {
        this.context = context;
        this.live = live;
        this.spool = spool;
        this.boundary = boundary;
        this.declared = declared;
    }

    /**
     * What a form may take.
     *
     * @param maxUpload bytes of a whole form
     * @param directory where temporary files go
     * @param budget for what is spooled in memory; without room it goes to the file at once
     * @param stall how long a client may send nothing before the model part came
     */
    record Limits(long maxUpload, Path directory, BodyBudget budget, Duration stall) {
        Limits(long maxUpload, Path directory, BodyBudget budget) {
            this(maxUpload, directory, budget, Duration.ofSeconds(60));
        }
    }

    /**
     * Reads as much as is needed to know the route; called on the request's context, with the request paused since its head.
     *
     * @return fails with a {@link dev.headgate.call.CallFailure}: 400 for a malformed form, an unfit model part or a client that
     *     left, 408 for one that stopped, 413 above the limit, 415 if it is no form; with any other cause if the disk failed. After
     *     a failure the rest of the request is unread: the connection has to be closed.
     */
    static Future<MultipartBody> read(HttpServerRequest request, Endpoint endpoint, Limits limits) {
        request.pause();
        Context context = Objects.requireNonNull(Vertx.currentContext(), "called off the event loop");
        String boundary;
        String route;
        long declared;
        try {
            boundary = boundary(request.getHeader(HttpHeaders.CONTENT_TYPE));
            declared = BodyReader.declaredLength(request, limits.maxUpload, "server.maxUpload");
            route = request.getHeader(ROUTE_HEADER);
            if (route != null) {
                ModelName.checked(route, "The header " + ROUTE_HEADER);
            }
        } catch (RuntimeException e) {
            return Future.failedFuture(e);
        }
        return limits.budget.acquire(0, context).compose(lease -> {
            LiveForm live = new LiveForm(request, limits.maxUpload);
            FormSpool spool = new FormSpool(context.owner(), limits.directory, lease);
            MultipartBody body = new MultipartBody(context, live, spool, boundary, declared);
            BodyReader.invite(request);
            if (endpoint.kind() == Endpoint.Kind.STATEFUL) {
                return Future.succeededFuture(body);
            }
            if (route != null) {
                body.model = route;
                return Future.succeededFuture(body);
            }
            return ModelSearch.run(context.owner(), limits.stall, live, spool, boundary)
                    .map(body::found)
                    .onFailure(cause -> body.release());
        });
    }

    /** The boundary that a content type names (RFC 2046, section 5.1.1). */
    static String boundary(@Nullable String contentType) {
        FormParameters type;
        try {
            type = FormParameters.parse(contentType == null ? "" : contentType);
        } catch (IllegalArgumentException e) {
            throw FormFault.malformed("its Content-Type has " + e.getMessage());
        }
        if (!type.value().equals("multipart/form-data")) {
            throw GatewayError.of(
                            ErrorKind.UNSUPPORTED_MEDIA_TYPE,
                            "This endpoint takes a form: Content-Type multipart/form-data.")
                    .asFailure();
        }
        String boundary = type.parameters().getOrDefault("boundary", "");
        if (!boundary.matches("[0-9A-Za-z'()+_,./:=? -]{0,69}[0-9A-Za-z'()+_,./:=?-]")) {
            throw FormFault.malformed("its Content-Type names no boundary of 1 to 70 allowed characters");
        }
        return boundary;
    }

    @Override
    public @Nullable String model() {
        return model;
    }

    @Override
    public List<String> references() {
        return List.of();
    }

    /** The form from its beginning; asked for once, because its bytes come once. */
    @Override
    public Outgoing to(Target target) {
        if (sent) {
            throw new IllegalStateException("a form can be sent only once");
        }
        sent = true;
        String named = model;
        String value = target.id() == null ? named : target.id();
        FormRewrite rewrite = value == null || named == null ? null : new FormRewrite(boundary, value);
        stream = new FormStream(context, spool, live, rewrite);
        return new Outgoing.Streamed(stream, length(named, value));
    }

    /** A stream that is under way goes on to its own end: a backend may answer before it has read everything. */
    @Override
    public void release() {
        sent = true;
        if (stream != null && stream.underWay()) {
            return;
        }
        if (stream != null) {
            stream.cancel();
        }
        live.close();
        spool.close();
    }

    private long length(@Nullable String named, @Nullable String value) {
        if (declared < 0 || named == null || value == null) {
            return declared;
        }
        return modelSeen ? declared - named.getBytes(UTF_8).length + value.getBytes(UTF_8).length : -1;
    }

    private MultipartBody found(String name) {
        model = name;
        modelSeen = true;
        return this;
    }
}
