// SPDX-License-Identifier: Apache-2.0
package dev.headgate.routing;

import dev.headgate.call.Call;
import dev.headgate.call.ErrorKind;
import dev.headgate.call.GatewayError;
import dev.headgate.call.Nearest;
import dev.headgate.call.Principal;
import dev.headgate.call.Reply;
import dev.headgate.call.Target;
import dev.headgate.pipeline.Stage;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Decides by the name that the client sent which route's chain a call walks; the answer to unknown and forbidden names is the same. */
public final class RouteStage implements Stage.Next {
    private final RouteTable routes;
    private final Map<String, Stage.Next> chains;

    /** @param chains the rest of the pipeline for every route of the table, by the route's name */
    public RouteStage(RouteTable routes, Map<String, Stage.Next> chains) {
        this.routes = routes;
        this.chains = Map.copyOf(chains);
    }

    @Override
    public Future<Reply> proceed(Call call) {
        String model = call.body().model();
        Route route = model == null ? null : resolve(routes, model, call.principal());
        if (route == null) {
            return Future.failedFuture(notFound(routes, model, call.principal()).asFailure());
        }
        call.record().route = route.name();
        call.record().variant = route.variant();
        call.timing().set(route.policy().total(), route.policy().earlyHead());
        call.cancellation().onDisconnect(route.policy().onDisconnect());
        Stage.Next chain = chains.get(route.name());
        if (chain == null) {
            throw new IllegalStateException("no chain for route " + route.name());
        }
        return chain.proceed(call);
    }

    /** The route for a name, or null if there is none or this caller may not use it. */
    public static @Nullable Route resolve(RouteTable routes, String model, Principal principal) {
        return principal.mayUse().allows(model) ? routes.find(model) : null;
    }

    /**
     * The targets that a name stands for, in order, for calls that do not walk the route's own chain; notes the route.
     *
     * @throws dev.headgate.call.CallFailure 404 if there is no such route, or this caller may not use it
     */
    public static List<Target> targetsOf(RouteTable routes, String name, Call call) {
        Route route = resolve(routes, name, call.principal());
        if (route == null) {
            throw notFound(routes, name, call.principal()).asFailure();
        }
        call.record().route = route.name();
        return route.targetsFor(name);
    }

    public static GatewayError notFound(RouteTable routes, @Nullable String model, Principal principal) {
        List<String> near = Nearest.of(model == null ? "" : model, routes.visible(principal.mayUse()), 5);
        String hint = near.isEmpty()
                ? "This key may not use any model."
                : "Names that this key may use: " + String.join(", ", near) + ".";
        return GatewayError.of(
                ErrorKind.MODEL_NOT_FOUND,
                "The model \"%s\" does not exist, or this key may not use it. %s".formatted(model, hint),
                "model");
    }
}
