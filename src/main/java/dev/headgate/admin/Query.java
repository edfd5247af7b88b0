// SPDX-License-Identifier: Apache-2.0
package dev.headgate.admin;

import dev.headgate.call.Nearest;
import io.vertx.core.MultiMap;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The parameters of a GET. Every complaint is a {@link Refusal} that says what to mend. */
final class Query {
    private final MultiMap sent;

    private Query(MultiMap sent) {
        this.sent = sent;
    }

    /** @param known other parameters are refused */
    static Query of(RoutingContext ctx, List<String> known) throws Refusal {
        MultiMap sent = ctx.queryParams();
        for (String name : sent.names()) {
            if (!known.contains(name)) {
                String near = Nearest.to(name, known);
                throw Refusal.wrong("There is no parameter \"" + Form.shown(name) + "\" here"
                        + (near == null
                                ? "; known are " + String.join(", ", known) + "."
                                : "; did you mean " + near + "?"));
            }
            if (sent.getAll(name).size() > 1) {
                throw Refusal.wrong("The parameter " + name + " stands there more than once.");
            }
        }
        return new Query(sent);
    }

    /** A value that has to be there. */
    String required(String name) throws Refusal {
        String value = optional(name);
        if (value == null) {
            throw Refusal.wrong("The parameter " + name + " is missing.");
        }
        return value;
    }

    /** Null if it is absent or empty. */
    @Nullable
    String optional(String name) {
        String value = sent.get(name);
        return value == null || value.isEmpty() ? null : value;
    }
}
