// SPDX-License-Identifier: Apache-2.0
package dev.headgate.http;

import dev.headgate.call.Endpoint;
import dev.headgate.call.RequestBody;
import io.vertx.core.Future;
import io.vertx.core.http.HttpServerRequest;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** Takes a request's body in, in the form that its endpoint has. */
final class BodyIntake {
    /** Bytes of an unwanted body that cost less to read than a new connection does. */
    private static final int LET_IN = 64 * 1024;

    private static final Pattern SHORT_NUMBER = Pattern.compile("[0-9]{1,5}");

    private final BodyBudget budget;
    private final BodyReader.Limits json;
    private final MultipartBody.Limits form;

    BodyIntake(ApiShared shared) {
        this.budget = shared.budget();
        this.json = BodyReader.Limits.of(shared.settings().maxBody());
        this.form = new MultipartBody.Limits(
                shared.settings().maxUpload(), Path.of(System.getProperty("java.io.tmpdir")), budget);
    }

    Future<RequestBody> read(HttpServerRequest request, Endpoint endpoint) {
        return switch (endpoint.body()) {
            case NONE -> Future.succeededFuture(new RequestBody.Empty());
            case JSON -> json(request, endpoint);
            case OPTIONAL_JSON ->
                hasBody(request) ? json(request, endpoint) : Future.succeededFuture(new RequestBody.Empty());
            case MULTIPART ->
                Admission.mayBeJson(endpoint, request.getHeader("content-type"))
                        ? json(request, endpoint)
                        : MultipartBody.read(request, endpoint, form).map(body -> body);
        };
    }

    static boolean hasBody(HttpServerRequest request) {
        String length = request.getHeader("content-length");
        return request.headers().contains("transfer-encoding") || (length != null && !length.equals("0"));
    }

    /**
     * Whether a body that nobody wants is so small that it is let in rather than its connection closed. A client that waits to be
     * asked for its body may never send it.
     */
    static boolean isSoonRead(HttpServerRequest request) {
        String length = request.getHeader("content-length");
        return length != null
                && SHORT_NUMBER.matcher(length).matches()
                && Integer.parseInt(length) <= LET_IN
                && !request.headers().contains("expect");
    }

    private Future<RequestBody> json(HttpServerRequest request, Endpoint endpoint) {
        return BodyReader.read(request, budget, json).map(received -> {
            try {
                return JsonBody.parse(received.bytes(), endpoint, received.lease()::release);
            } catch (RuntimeException e) {
                received.lease().release();
                throw e;
            }
        });
    }
}
