// SPDX-License-Identifier: Apache-2.0
package dev.headgate.config;

import dev.headgate.call.Backend;
import dev.headgate.call.Target;
import dev.headgate.call.Timeouts;
import dev.headgate.routing.Choice;
import dev.headgate.routing.Choice.Balance;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Models to {@link Target}s and pools of them to {@link Choice.Pool}s. */
final class ModelCompiler {
    /** Members that the gateway itself splices or reads; a parameter that replaced them would break the call. */
    private static final Set<String> RESERVED_MEMBERS =
            Set.of("model", "messages", "input", "prompt", "stream", "stream_options");

    private final Declared<RoutesFile.Backend> declaredBackends;
    private final Map<String, Backend> backends;
    private final Declared<RoutesFile.Model> declared;
    private final Map<String, Target> targets = new LinkedHashMap<>();
    private final Map<String, Choice> choices = new LinkedHashMap<>();
    private final Problems problems;

    ModelCompiler(
            Declared<RoutesFile.Backend> declaredBackends,
            Map<String, Backend> backends,
            Declared<RoutesFile.Model> declared,
            Problems problems) {
        this.declaredBackends = declaredBackends;
        this.backends = backends;
        this.declared = declared;
        this.problems = problems;
    }

    /** Reads all models, then the pools that are made of them. */
    void compile() {
        for (Table.Row<RoutesFile.Model> row : declared.rows()) {
            if (row.value() != null && row.value().of() == null) {
                model(row, row.value());
            }
        }
        for (Table.Row<RoutesFile.Model> row : declared.rows()) {
            if (row.value() != null && row.value().of() != null) {
                pool(row, row.value(), row.value().of());
            }
        }
    }

    /** The model or pool, or null if it is not declared, which is told, or was wrong itself. */
    @Nullable
    Choice find(At<String> name, String subject) {
        declared.find(name, ProblemCode.UNKNOWN_MODEL, subject);
        return choices.get(name.value());
    }

    private void model(Table.Row<RoutesFile.Model> row, RoutesFile.Model words) {
        if (words.balance() != null) {
            problems.error(
                    ProblemCode.POOL,
                    words.balance().at(),
                    "model \"" + row.name() + "\" has balance, but no members",
                    null,
                    "of: { a: 75, b: 25 } makes it a pool of the models a and b");
        }
        Map<String, String> set = members(words.set(), "set");
        Map<String, String> added = members(words.defaults(), "default");
        checkOnlyOnce(row, words, set);
        Backend backend = backend(row, words);
        if (backend != null) {
            String id = words.id() == null ? row.name() : words.id().value();
            Timeouts timeouts = backend.guards().timeouts();
            Target target = new Target(
                    row.name(),
                    backend,
                    id,
                    set,
                    added,
                    true,
                    words.timeouts() == null
                            ? timeouts
                            : words.timeouts().value().over(timeouts),
                    words.contextWindow() == null
                            ? 0
                            : words.contextWindow().value().value());
            targets.put(row.name(), target);
            choices.put(row.name(), new Choice.One(target));
        }
    }

    private @Nullable Backend backend(Table.Row<RoutesFile.Model> row, RoutesFile.Model words) {
        if (words.backend() != null) {
            declaredBackends.find(words.backend(), ProblemCode.UNKNOWN_BACKEND, "model \"" + row.name() + "\"");
            return backends.get(words.backend().value());
        }
        if (!row.damaged() && words.balance() == null) {
            problems.error(
                    ProblemCode.MISSING_KEY,
                    row.at(),
                    "models." + row.name() + " has no \"backend\"",
                    null,
                    "backend: names who has the model; a pool has of: instead");
        }
        return null;
    }

    private void checkOnlyOnce(Table.Row<RoutesFile.Model> row, RoutesFile.Model words, Map<String, String> set) {
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

    private void pool(Table.Row<RoutesFile.Model> row, RoutesFile.Model words, At<Table<Integer>> of) {
        refuse(row, "backend", words.backend());
        refuse(row, "id", words.id());
        refuse(row, "contextWindow", words.contextWindow());
        refuse(row, "price", words.price());
        refuse(row, "timeouts", words.timeouts());
        refuse(row, "set", first(words.set()));
        refuse(row, "default", first(words.defaults()));
        List<Choice.Member> members = new ArrayList<>();
        int sum = 0;
        for (Table.Row<Integer> member : of.value().rows()) {
            Target target = member(row, member);
            int weight = member.value() == null ? 0 : member.value();
            sum += weight;
            if (target != null && weight > 0) {
                members.add(new Choice.Member(target, weight));
            }
        }
        if (row.damaged() || of.value().damaged()) {
            return;
        }
        if (of.value().rows().size() < 2) {
            problems.error(
                    ProblemCode.POOL_MEMBER,
                    of.at(),
                    "pool \"" + row.name() + "\" needs at least two members",
                    null,
                    "a single model is named directly, without a pool");
        } else if (sum != 100) {
            problems.error(
                    ProblemCode.WEIGHTS,
                    of.at(),
                    "the weights of pool \"" + row.name() + "\" sum to " + sum,
                    null,
                    "weights are percent and must sum to 100");
        }
        if (members.size() == of.value().rows().size()) {
            Balance balance =
                    words.balance() == null ? Balance.WEIGHTED : words.balance().value();
            choices.put(row.name(), new Choice.Pool(row.name(), balance, members));
        }
    }

    private @Nullable Target member(Table.Row<RoutesFile.Model> pool, Table.Row<Integer> member) {
        Table.Row<RoutesFile.Model> found = declared.find(
                new At<>(member.name(), member.at()), ProblemCode.POOL_MEMBER, "pool \"" + pool.name() + "\"");
        if (found != null && found.value() != null && found.value().of() != null) {
            problems.error(
                    ProblemCode.POOL_MEMBER,
                    member.at(),
                    "\"" + member.name() + "\" is a pool itself",
                    "a pool holds models only",
                    found.name().equals(pool.name()) ? null : "name its members here instead");
        }
        return targets.get(member.name());
    }

    private void refuse(Table.Row<?> pool, String key, @Nullable At<?> word) {
        if (word != null) {
            problems.error(
                    ProblemCode.POOL,
                    word.at(),
                    "pool \"" + pool.name() + "\" cannot have " + key,
                    null,
                    "its members say it, each for itself");
        }
    }

    private static @Nullable At<?> first(Table<Json> members) {
        return members.rows().isEmpty()
                ? null
                : new At<>("", members.rows().getFirst().at());
    }
}
