// SPDX-License-Identifier: Apache-2.0
package dev.headgate.routing;

import dev.headgate.call.AllowList;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** All routes of a snapshot: an exact name wins, else the pattern with the longest literal prefix. Immutable. */
public final class RouteTable {
    private final Map<String, Route> exact = new LinkedHashMap<>();
    private final List<Route> patterns = new ArrayList<>();

    public RouteTable(List<Route> routes) {
        for (Route route : routes) {
            if (route.isPattern()) {
                patterns.add(route);
            } else {
                exact.put(route.name(), route);
            }
        }
        patterns.sort(Comparator.comparingInt((Route r) -> r.name().length())
                .reversed()
                .thenComparing(Route::name));
    }

    public @Nullable Route find(String model) {
        Route route = exact.get(model);
        if (route != null) {
            return route;
        }
        for (Route pattern : patterns) {
            // All but the star, compared in place: this runs for every call that no exact name takes.
            if (model.regionMatches(0, pattern.name(), 0, pattern.name().length() - 1)) {
                return pattern;
            }
        }
        return null;
    }

    /** The names that a caller may send and that are worth showing, sorted. */
    public List<String> visible(AllowList mayUse) {
        TreeSet<String> names = new TreeSet<>(exact.keySet());
        patterns.forEach(p -> names.addAll(p.listed()));
        names.removeIf(name -> !mayUse.allows(name));
        return List.copyOf(names);
    }

    /** Exact routes in the order of the file, then patterns, longest prefix first. */
    public List<Route> all() {
        List<Route> all = new ArrayList<>(exact.values());
        all.addAll(patterns);
        return List.copyOf(all);
    }
}
