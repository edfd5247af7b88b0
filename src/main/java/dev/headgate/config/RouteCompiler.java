// SPDX-License-Identifier: Apache-2.0
package dev.headgate.config;

import dev.headgate.call.Backend;
import dev.headgate.routing.Choice;
import dev.headgate.routing.Route;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Routes to {@link Route}s; follows and checks every reference. */
final class RouteCompiler {
    private static final int LONGEST_ANSWER = 4_000;

    private final Declared<RoutesFile.Backend> declaredBackends;
    private final Map<String, Backend> backends;
    private final ModelCompiler models;
    private final RoutesFile.Defaults defaults;
    private final Problems problems;

    RouteCompiler(
            Declared<RoutesFile.Backend> declaredBackends,
            Map<String, Backend> backends,
            ModelCompiler models,
            RoutesFile.Defaults defaults,
            Problems problems) {
        this.declaredBackends = declaredBackends;
        this.backends = backends;
        this.models = models;
        this.defaults = defaults;
        this.problems = problems;
    }

    /** Those routes that are right; a problem for each that is not. */
    List<Route> compile(Declared<RoutesFile.Route> routes) {
        List<Route> compiled = new ArrayList<>();
        for (Table.Row<RoutesFile.Route> row : routes.rows()) {
            RoutesFile.Route words = row.value();
            Route route = words == null ? null : route(row, words);
            if (route != null) {
                compiled.add(route);
            }
        }
        return compiled;
    }

    private @Nullable Route route(Table.Row<RoutesFile.Route> row, RoutesFile.Route words) {
        int errors = problems.errors();
        checkKind(row, words);
        Backend backend = words.backend() == null ? null : backend(row, words.backend());
        List<String> listed = listed(row, words);
        OrderCompiler orders = new OrderCompiler(row.name(), words, models, problems);
        List<Choice> order = orders.order();
        Route.Policy policy = policy(words, orders);
        if (problems.errors() > errors || row.damaged() || !orders.isWhole()) {
            return null;
        }
        if (backend == null && order.isEmpty()) {
            return null;
        }
        Route.PassThrough passThrough = backend == null
                ? null
                : new Route.PassThrough(
                        backend, words.timeouts().over(backend.guards().timeouts()));
        return new Route(row.name(), order, passThrough, listed, policy);
    }

    private Route.Policy policy(RoutesFile.Route words, OrderCompiler orders) {
        Duration earlyHead = words.earlyHead();
        Duration deadline = words.timeouts().deadline();
        return new Route.Policy(
                earlyHead == null ? defaults.earlyHead() : earlyHead,
                deadline == null ? defaults.timeouts().deadline() : deadline,
                words.retry().over(defaults.retry()),
                orders.onContextTooLong(),
                orders.onContentFilter(),
                degraded(words.degraded()),
                words.onDisconnect() == null ? defaults.onDisconnect() : words.onDisconnect());
    }

    private @Nullable String degraded(RoutesFile.Route.@Nullable Degraded words) {
        if (words == null) {
            return null;
        }
        String answer = words.answer().value();
        int characters = answer.codePointCount(0, answer.length());
        if (answer.isBlank() || characters > LONGEST_ANSWER) {
            problems.error(
                    ProblemCode.DEGRADED,
                    words.answer().at(),
                    answer.isBlank()
                            ? "degraded.answer is blank"
                            : "degraded.answer has %,d characters".formatted(characters),
                    null,
                    "a text of 1 to 4,000 characters; without degraded: the client gets an error");
        }
        return answer;
    }

    private void checkKind(Table.Row<RoutesFile.Route> row, RoutesFile.Route words) {
        String route = "route \"" + row.name() + "\"";
        int star = row.name().indexOf('*');
        if (star >= 0 && star < row.name().length() - 1) {
            problems.error(ProblemCode.PATTERN, row.at(), route + ": a * can only stand at the end", null, null);
            return;
        }
        if (words.stable() != null && words.backend() != null) {
            problems.error(
                    ProblemCode.ONE_TARGET, row.at(), route + " has both stable and backend", "exactly one", null);
        } else if (words.stable() == null && words.backend() == null && !row.damaged()) {
            problems.error(
                    ProblemCode.ONE_TARGET,
                    row.at(),
                    route + " has neither stable nor backend",
                    null,
                    star < 0
                            ? "stable: names the model that answers"
                            : "backend: names who gets the client's own name");
        } else if (star < 0 && words.backend() != null) {
            problems.error(
                    ProblemCode.PATTERN,
                    words.backend().at(),
                    route + " is no pattern; backend is for names that end in *",
                    null,
                    "declare a model with this backend and name it in stable:");
        } else if (star >= 0 && words.stable() != null) {
            problems.error(
                    ProblemCode.PATTERN,
                    words.stable().at(),
                    route + " is a pattern; the client's own name goes to a backend",
                    null,
                    "backend: names who gets it");
        }
    }

    private @Nullable Backend backend(Table.Row<RoutesFile.Route> row, At<String> name) {
        declaredBackends.find(name, ProblemCode.UNKNOWN_BACKEND, "route \"" + row.name() + "\"");
        return backends.get(name.value());
    }

    private List<String> listed(Table.Row<RoutesFile.Route> row, RoutesFile.Route words) {
        String prefix =
                row.name().endsWith("*") ? row.name().substring(0, row.name().length() - 1) : null;
        for (At<String> name : words.list()) {
            if (prefix == null) {
                problems.error(
                        ProblemCode.LIST,
                        name.at(),
                        "only a pattern has a list; \"" + row.name() + "\" is a name",
                        null,
                        null);
                break;
            }
            if (!name.value().startsWith(prefix) || name.value().endsWith("*")) {
                problems.error(
                        ProblemCode.LIST,
                        name.at(),
                        "\"" + name.value() + "\" is no name under the pattern \"" + row.name() + "\"",
                        null,
                        null);
            }
        }
        return words.list().stream().map(At::value).toList();
    }
}
