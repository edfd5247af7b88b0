// SPDX-License-Identifier: Apache-2.0
package dev.headgate.testkit;

import dev.headgate.call.Backend;
import dev.headgate.call.Guards;
import dev.headgate.call.Target;
import java.util.List;
import java.util.Map;

/** Backends and targets of which only the name matters. */
public final class Sample {
    private Sample() {}

    public static Backend backend(String name) {
        return new Backend(
                name,
                Backend.Dialect.DEMO,
                null,
                new Backend.Auth.None(),
                List.of(),
                Map.of(),
                null,
                null,
                null,
                null,
                true,
                Guards.DEFAULT,
                null);
    }

    /** The model {@code m} at a backend. */
    public static Target target(String backend) {
        return new Target("m", backend(backend), "m", Map.of(), Map.of(), true);
    }
}
