// SPDX-License-Identifier: Apache-2.0
package dev.headgate.auth;

import dev.headgate.auth.ObjectOwners.Owner;
import dev.headgate.call.Call;
import dev.headgate.call.CallRecord;
import dev.headgate.call.Endpoint;
import dev.headgate.call.ErrorKind;
import dev.headgate.call.GatewayError;
import dev.headgate.call.Principal;
import dev.headgate.call.Reply;
import dev.headgate.call.RequestBody;
import dev.headgate.pipeline.Stage;
import io.vertx.core.Future;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps metered calls to the caller's own objects: what a body refers to must be the tenant's, and is answered by the backend that
 * keeps it. Records the responses that a backend stores. A call that does neither passes without a look at the record of owners.
 */
public final class ObjectReferenceStage implements Stage {
    private static final Logger LOG = LoggerFactory.getLogger(ObjectReferenceStage.class);

    private final Ownership ownership;

    public ObjectReferenceStage(ObjectOwners owners) {
        this.ownership = new Ownership(owners);
    }

    @Override
    public Future<Reply> handle(Call call, Next next) {
        List<String> references = call.body().references();
        boolean background = call.body() instanceof RequestBody.Json json && json.background();
        GatewayError refusal = refusal(call.principal(), references, background);
        if (refusal != null) {
            return Future.failedFuture(refusal.asFailure());
        }
        boolean records =
                call.endpoint() == Endpoint.RESPONSES && call.principal().objects();
        if (references.isEmpty()) {
            return records ? next.proceed(call).compose(reply -> keep(call, reply, background)) : next.proceed(call);
        }
        return ownership.backendOf(references, call.principal()).compose(keeper -> {
            Future<Reply> reply = next.proceed(keeper == null ? call : call.pinnedTo(keeper));
            return records ? reply.compose(made -> keep(call, made, background)) : reply;
        });
    }

    static @Nullable GatewayError refusal(Principal principal, List<String> references, boolean background) {
        if (background && !principal.objects()) {
            return GatewayError.of(
                    ErrorKind.OBJECTS_NOT_ALLOWED,
                    "A background response is kept by the backend, which is off for this tenant until its configuration says objects: own.",
                    "background");
        }
        if (background && !principal.unmeteredSpend()) {
            return ObjectStage.unmeteredSpend("A background response");
        }
        if (!references.isEmpty() && !principal.objects()) {
            return GatewayError.of(
                    ErrorKind.OBJECT_NOT_FOUND,
                    "There is no object \"%s\": this tenant keeps none until its configuration says objects: own."
                            .formatted(references.getFirst()));
        }
        return null;
    }

    /** Records the response that came of the call, if the backend keeps it. */
    private Future<Reply> keep(Call call, Reply reply, boolean background) {
        CallRecord.Attempt attempt = call.record().lastAttempt();
        if (reply.status() / 100 != 2 || attempt == null) {
            return Future.succeededFuture(reply);
        }
        Owner owner =
                new Owner(call.principal().tenant(), attempt.target.backend().name());
        return switch (reply) {
            case Reply.Unary unary -> keepWhole(unary, owner, background);
            case Reply.Streaming streaming -> {
                streaming.storedId().onSuccess(id -> {
                    if (id != null && ObjectIds.isId(id)) {
                        ownership.record(Set.of(id), owner).onFailure(ObjectReferenceStage::lost);
                    }
                });
                yield Future.succeededFuture(reply);
            }
        };
    }

    private Future<Reply> keepWhole(Reply.Unary reply, Owner owner, boolean background) {
        Set<String> ids;
        try {
            ObjectAnswer answer = ObjectAnswer.of(reply.body().getBytes());
            ids = answer.stored() ? answer.ids() : Set.of();
        } catch (IOException unreadable) {
            ids = Set.of();
        }
        Future<Reply> recorded = ownership.record(ids, owner).map(any -> reply);
        if (background) {
            // The id is all that the client gets, and it would be of no use.
            return recorded.onFailure(cause -> ReadableAnswer.drop(reply));
        }
        return recorded.otherwise(cause -> {
            lost(cause);
            return reply;
        });
    }

    /** The answer itself is paid for and whole, so it is not withheld; it only cannot be asked for again. */
    private static void lost(Throwable cause) {
        LOG.warn("A stored response could not be recorded, and will be unknown: {}", cause.getMessage());
    }
}
