// SPDX-License-Identifier: Apache-2.0
package dev.headgate.http;

import dev.headgate.call.Backend;
import dev.headgate.call.Endpoint;
import dev.headgate.call.Guards;
import dev.headgate.call.RequestBody.Outgoing;
import dev.headgate.call.Target;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** One pass over a chat body, and the same with a new model name and a usage request spliced in. */
@State(Scope.Thread)
public class JsonBodyBenchmark {
    @Param({"648", "2048", "204800"})
    int size;

    private byte[] body = {};
    private final Target target = new Target("m", backend(), "vendor-model-2026", Map.of(), Map.of(), true);

    @Setup
    public void fill() {
        String head = "{\"model\":\"chat\",\"stream\":true,\"temperature\":0.7,\"messages\":[";
        String message = "{\"role\":\"user\",\"content\":\"Tell me of the river, and of the gate in it.\"},";
        String tail = "{\"role\":\"user\",\"content\":\"\"}]}";
        StringBuilder text = new StringBuilder(head);
        while (text.length() + message.length() + tail.length() <= size) {
            text.append(message);
        }
        text.append(tail);
        text.insert(text.length() - 4, "y".repeat(size - text.length()));
        body = text.toString().getBytes(StandardCharsets.UTF_8);
    }

    @Benchmark
    public JsonBody parse() {
        return JsonBody.parse(body, Endpoint.CHAT, () -> {});
    }

    @Benchmark
    public Outgoing parseAndSplice() {
        return JsonBody.parse(body, Endpoint.CHAT, () -> {}).to(target);
    }

    private static Backend backend() {
        return new Backend(
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
                true,
                Guards.DEFAULT,
                null);
    }
}
