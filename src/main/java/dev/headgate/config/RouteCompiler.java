// SPDX-License-Identifier: Apache-2.0
package dev.headgate.config;

import dev.headgate.call.Backend;
import dev.headgate.call.Target;
import dev.headgate.routing.Route;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Models to {@link Target}s and routes to {@link Route}s; follows and checks every reference. */
final class RouteCompiler {
    /** Members that the gateway itself splices or reads; a parameter that replaced them would break the call. */
    private static final Set<String> RESERVED_MEMBERS =
            Set.of("model", "messages", "input", "prompt", "stream", "stream_options");

    private final Declared<RoutesFile.Backend> declaredBackends;
    private final Map<String, Backend> backends;
    private final Declared<RoutesFile.Model> declaredModels;
    private final Map<String, Target> targets = new LinkedHashMap<>();
    private final RoutesFile.Defaults defaults;
    private final Problems problems;

    RouteCompiler(
            Declared<RoutesFile.Backend> declaredBackends,
            Map<String, Backend> backends,
            Declared<RoutesFile.Model> declaredModels,
            RoutesFile.Defaults defaults,
            Problems problems) {
        this.declaredBackends = declaredBackends;
        this.backends = backends;
        this.declaredModels = declaredModels;
        this.defaults = defaults;
        this.problems = problems;
    }

    /** Those routes that are right; a problem for each that is not. */
    List<Route> compile(Declared<RoutesFile.Route> routes) {
        declaredModels.rows().forEach(this::model);
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

    private void model(Table.Row<RoutesFile.Model> row) {
        RoutesFile.Model words = row.value();
        if (words == null) {
            return;
        }
        declaredBackends.find(words.backend(), ProblemCode.UNKNOWN_BACKEND, "model \"" + row.name() + "\"");
        Map<String, String> set = members(words.set(), "set");
        Map<String, String> added = members(words.defaults(), "default");
        for (Table.Row<Json> member : words.defaults().rows()) {
            if (set.containsKey(member.name())) {
                problems.error(
                        ProblemCode.SET_AND_DEFAULT,
                        member.at(),
                        "\"" + member.name() + "\" stands in both set and default of model \"" + row.name() + "\"",
                        "set always wins",
                        null);
            }
        }
        Backend backend = backends.get(words.backend().value());
        if (backend != null) {
            String id = words.id() == null ? row.name() : words.id().value();
            targets.put(row.name(), new Target(row.name(), backend, id, set, added, true));
        }
    }

    private Map<String, String> members(Table<Json> table, String word) {
        Map<String, String> members = new LinkedHashMap<>();
        for (Table.Row<Json> row : table.rows()) {
            if (RESERVED_MEMBERS.contains(row.name())) {
                problems.error(
                        ProblemCode.RESERVED_MEMBER,
                        row.at(),
                        "\"" + row.name() + "\" cannot stand in " + word + ": Headgate needs the request's own",
                        null,
                        row.name().equals("model") ? "the vendor's model id is written id:" : null);
            }
            if (row.value() != null) {
                members.put(row.name(), row.value().text());
            }
        }
        return members;
    }

    private @Nullable Route route(Table.Row<RoutesFile.Route> row, RoutesFile.Route words) {
        int errors = problems.errors();
        checkKind(row, words);
        List<Target> order = new ArrayList<>();
        At<String> stable = words.stable();
        if (stable != null) {
            target(row, stable, order);
        }
        fallback(row, words, order);
        Backend backend = words.backend() == null ? null : backend(row, words.backend());
        List<String> listed = listed(row, words);
        if (problems.errors() > errors || row.damaged()) {
            return null;
        }
        boolean whole = backend != null || order.size() == 1 + words.fallback().size();
        return whole
                ? new Route(
                        row.name(),
                        List.copyOf(order),
                        backend,
                        listed,
                        words.earlyHead() == null ? defaults.earlyHead() : words.earlyHead(),
                        words.timeouts().total() == null
                                ? defaults.timeouts().total()
                                : words.timeouts().total())
                : null;
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

    private void fallback(Table.Row<RoutesFile.Route> row, RoutesFile.Route words, List<Target> order) {
        Set<String> seen = new HashSet<>();
        if (words.stable() != null) {
            seen.add(words.stable().value());
        }
        for (At<String> model : words.fallback()) {
            if (words.backend() != null) {
                problems.error(
                        ProblemCode.FALLBACK,
                        model.at(),
                        "a pattern such as \"" + row.name() + "\" has no fallback",
                        null,
                        null);
                return;
            }
            if (!seen.add(model.value())) {
                problems.error(
                        ProblemCode.FALLBACK,
                        model.at(),
                        "route \"" + row.name() + "\" tries model \"" + model.value() + "\" twice",
                        null,
                        null);
            }
            target(row, model, order);
        }
    }

    private void target(Table.Row<RoutesFile.Route> row, At<String> model, List<Target> order) {
        declaredModels.find(model, ProblemCode.UNKNOWN_MODEL, "route \"" + row.name() + "\"");
        Target target = targets.get(model.value());
        if (target != null) {
            order.add(target);
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
