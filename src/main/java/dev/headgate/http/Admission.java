// SPDX-License-Identifier: Apache-2.0
package dev.headgate.http;

import dev.headgate.call.Endpoint;
import dev.headgate.call.ErrorKind;
import dev.headgate.call.GatewayError;
import dev.headgate.call.Principal;
import io.vertx.core.MultiMap;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What is refused by the head of a request alone, once it is known who is calling. Pure. */
final class Admission {
    private Admission() {}

    static @Nullable GatewayError check(Endpoint endpoint, Principal principal, MultiMap headers) {
        if (endpoint.kind() == Endpoint.Kind.STATEFUL && !principal.objects()) {
            return GatewayError.of(
                    ErrorKind.OBJECTS_NOT_ALLOWED,
                    principal.anonymous()
                            ? "%s works on objects that belong to a tenant, and this gateway runs without keys. Set auth: keys, and objects: own at the tenant."
                                    .formatted(endpoint.path())
                            : "%s works on objects that the backend keeps, which is off for this tenant until its configuration says objects: own."
                                    .formatted(endpoint.path()));
        }
        if (endpoint.body() == Endpoint.Body.NONE) {
            return null;
        }
        String encoding = headers.get("content-encoding");
        if (endpoint.kind() == Endpoint.Kind.METERED
                && encoding != null
                && !encoding.trim().equalsIgnoreCase("identity")) {
            return GatewayError.of(
                    ErrorKind.UNSUPPORTED_ENCODING,
                    "Send the body uncompressed: content-encoding \"%s\" is not accepted here.".formatted(encoding));
        }
        String type = headers.get("content-type");
        boolean multipart = type != null && type.toLowerCase(Locale.ROOT).startsWith("multipart/form-data");
        if (endpoint.body() == Endpoint.Body.MULTIPART && !multipart && !mayBeJson(endpoint, type)) {
            return GatewayError.of(
                    ErrorKind.UNSUPPORTED_MEDIA_TYPE, "%s takes multipart/form-data.".formatted(endpoint.path()));
        }
        if (endpoint.body() != Endpoint.Body.MULTIPART && multipart) {
            return GatewayError.of(
                    ErrorKind.UNSUPPORTED_MEDIA_TYPE, "%s takes application/json.".formatted(endpoint.path()));
        }
        return null;
    }

    /** Image edits take either kind of body. */
    static boolean mayBeJson(Endpoint endpoint, @Nullable String type) {
        return endpoint == Endpoint.IMAGE_EDITS
                && type != null
                && type.toLowerCase(Locale.ROOT).startsWith("application/json");
    }
}
