// SPDX-License-Identifier: Apache-2.0
package dev.headgate.auth;

import dev.headgate.auth.ObjectOwners.Owner;
import dev.headgate.call.Backend;
import dev.headgate.call.Call;
import dev.headgate.call.CallFailure;
import dev.headgate.call.ErrorKind;
import dev.headgate.call.GatewayError;
import dev.headgate.call.Principal;
import dev.headgate.call.Reply;
import dev.headgate.call.Target;
import dev.headgate.pipeline.Stage;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import java.io.IOException;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Lets a tenant work on the objects that it made itself, and on nothing else: checks every id that a call uses, sends it to the
 * backend that keeps them, and records the ids that come back.
 */
public final class ObjectStage implements Stage {
    private final Ownership ownership;
    private final ObjectPlacement placement;
    private final ListFilter lists;
    private final Predicate<String> hasBudget;

    /** @param hasBudget whether a tenant has a limit on money, which calls about objects do not count for */
    public ObjectStage(
            ObjectOwners owners, NamedTargets routes, Map<String, Backend> backends, Predicate<String> hasBudget) {
        this.ownership = new Ownership(owners);
        this.placement = new ObjectPlacement(routes, backends);
        this.lists = new ListFilter(ownership);
        this.hasBudget = hasBudget;
    }

    @Override
    public Future<Reply> handle(Call call, Next next) {
        ObjectAction action = ObjectAction.of(call.endpoint());
        refuseUnmeteredSpend(call);
        if (!ObjectIds.hasPlainPath(call)) {
            throw Ownership.notFound(String.join("/", call.pathParams().values()));
        }
        return ownership
                .backendOf(ObjectIds.used(call, action), call.principal())
                .compose(keeper -> {
                    Target target = placement.choose(call, keeper);
                    Call placed = (action.readsAnswer() ? plainly(call) : call).withTarget(target);
                    return action == ObjectAction.LIST
                            ? lists.ask(placed, next)
                            : next.proceed(placed).compose(reply -> after(action, placed, reply));
                });
    }

    private void refuseUnmeteredSpend(Call call) {
        Principal principal = call.principal();
        boolean spends = ObjectAction.spendsUnmetered(call.endpoint())
                || (ObjectAction.costsBeside(call.endpoint()) && hasBudget.test(principal.tenant()));
        if (spends && !principal.unmeteredSpend()) {
            throw unmeteredSpend(call.endpoint().path()).asFailure();
        }
    }

    static GatewayError unmeteredSpend(String what) {
        return GatewayError.of(
                ErrorKind.SPEND_NOT_ALLOWED,
                "%s spends money that no usage shows, which is off for this tenant until its configuration says spend: unmetered."
                        .formatted(what));
    }

    /** What has to be read must not be compressed. */
    private static Call plainly(Call call) {
        MultiMap headers = MultiMap.caseInsensitiveMultiMap().addAll(call.headers());
        return call.withHeaders(headers.set("accept-encoding", "identity"));
    }

    private Future<Reply> after(ObjectAction action, Call call, Reply reply) {
        if (reply.status() / 100 != 2) {
            return Future.succeededFuture(reply);
        }
        return switch (action) {
            case RECORD -> record(call, reply);
            case DELETE ->
                ownership.forget(call.pathParams().getOrDefault("id", "")).map(reply);
            case LIST, PASS -> Future.succeededFuture(reply);
        };
    }

    private Future<Reply> record(Call call, Reply reply) {
        ObjectAnswer answer;
        try {
            answer = ObjectAnswer.of(ReadableAnswer.of(call, reply));
        } catch (IOException unreadable) {
            throw ReadableAnswer.refuse(call, reply, "an answer that could not be read");
        }
        if (answer.id() == null) {
            throw ReadableAnswer.refuse(call, reply, "an answer without an id");
        }
        Backend backend = call.attemptTarget().backend();
        return ownership
                .record(answer.ids(), new Owner(call.principal().tenant(), backend.name()))
                .recover(cause -> {
                    ReadableAnswer.drop(reply);
                    return Future.failedFuture(cause);
                })
                .map(own -> {
                    if (!own) {
                        throw refusal(call, reply);
                    }
                    return reply;
                });
    }

    private static CallFailure refusal(Call call, Reply reply) {
        return ReadableAnswer.refuse(call, reply, "an id that another object already has");
    }
}
