// SPDX-License-Identifier: Apache-2.0
package dev.headgate.http;

import dev.headgate.call.Backend;
import dev.headgate.call.Guards;
import dev.headgate.call.RequestBody.Outgoing;
import dev.headgate.call.Target;
import io.vertx.core.buffer.Buffer;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Targets for tests of what is sent to them, and the text that is sent. */
record Targets(@Nullable String id, Map<String, String> set, Map<String, String> defaults, boolean askUsage) {
    /** One that changes nothing. */
    static Targets plain() {
        return new Targets(null, Map.of(), Map.of(), false);
    }

    /** One whose streams are asked for usage. */
    static Targets asking() {
        return new Targets(null, Map.of(), Map.of(), true);
    }

    Targets id(String other) {
        return new Targets(other, set, defaults, askUsage);
    }

    Targets set(String name, String json) {
        return new Targets(id, with(set, name, json), defaults, askUsage);
    }

    Targets byDefault(String name, String json) {
        return new Targets(id, set, with(defaults, name, json), askUsage);
    }

    Target build() {
        Backend backend = new Backend(
                "b",
                Backend.Dialect.OPENAI,
                URI.create("http://localhost"),
                new Backend.Auth.None(),
                List.of(),
                Map.of(),
                null,
                null,
                null,
                null,
                askUsage,
                Guards.DEFAULT,
                null);
        return new Target("m", backend, id, set, defaults, true);
    }

    static String text(Outgoing outgoing) {
        Outgoing.Whole whole = (Outgoing.Whole) outgoing;
        Buffer all = Buffer.buffer();
        whole.parts().forEach(all::appendBuffer);
        if (all.length() != whole.length()) {
            throw new AssertionError("length " + whole.length() + " is said of " + all.length() + " bytes");
        }
        return all.toString();
    }

    private static Map<String, String> with(Map<String, String> map, String name, String json) {
        Map<String, String> copy = new LinkedHashMap<>(map);
        copy.put(name, json);
        return copy;
    }
}
