// SPDX-License-Identifier: Apache-2.0
package dev.headgate.auth;

import dev.headgate.auth.ObjectOwners.Owner;
import dev.headgate.call.CallFailure;
import dev.headgate.call.ErrorKind;
import dev.headgate.call.GatewayError;
import dev.headgate.call.Principal;
import io.vertx.core.Future;
import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks the record of owners on behalf of a call, and turns what it says into answers. */
final class Ownership {
    private static final Logger LOG = LoggerFactory.getLogger(Ownership.class);

    private final ObjectOwners owners;

    Ownership(ObjectOwners owners) {
        this.owners = owners;
    }

    /** The backend that keeps all these objects, null if there are none; 404 unless every one of them is the tenant's. */
    Future<@Nullable String> backendOf(Collection<String> ids, Principal principal) {
        return ids.isEmpty()
                ? Future.succeededFuture(null)
                : find(ids).map(found -> backendOf(ids, found, principal.tenant()));
    }

    static @Nullable String backendOf(Collection<String> ids, Map<String, Owner> found, String tenant) {
        String backend = null;
        String first = null;
        for (String id : ids) {
            Owner owner = found.get(id);
            if (owner == null || !owner.tenant().equals(tenant)) {
                throw notFound(id);
            }
            if (backend != null && !backend.equals(owner.backend())) {
                throw GatewayError.of(
                                ErrorKind.INVALID_REQUEST,
                                "\"%s\" and \"%s\" are kept by different backends, and one request goes to one backend."
                                        .formatted(first, id))
                        .asFailure();
            }
            backend = owner.backend();
            first = first == null ? id : first;
        }
        return backend;
    }

    /** The same answer whether the object belongs to somebody else or to nobody. */
    static CallFailure notFound(String id) {
        String shown = id.length() <= 100 ? id : id.substring(0, 100) + "…";
        return GatewayError.of(ErrorKind.OBJECT_NOT_FOUND, "There is no object \"%s\".".formatted(shown))
                .asFailure();
    }

    Future<Map<String, Owner>> find(Collection<String> ids) {
        return owners.find(ids).recover(cause -> Future.failedFuture(unavailable(cause)));
    }

    /** Whether the ids are this owner's now. */
    Future<Boolean> record(Collection<String> ids, Owner owner) {
        return ids.isEmpty()
                ? Future.succeededFuture(true)
                : owners.record(ids, owner).recover(cause -> Future.failedFuture(unavailable(cause)));
    }

    /** Never fails: what is left in the record is the caller's own and no longer names anything. */
    Future<Void> forget(String id) {
        return owners.forget(id).otherwise(cause -> {
            LOG.warn("The end of object {} could not be recorded: {}", id, cause.getMessage());
            return null;
        });
    }

    private static CallFailure unavailable(Throwable cause) {
        LOG.error("The record of objects cannot be used: {}", cause.getMessage());
        return GatewayError.of(
                        ErrorKind.STORE_UNAVAILABLE,
                        "The gateway cannot tell at the moment whose object this is. Try again later.")
                .asFailure();
    }
}
