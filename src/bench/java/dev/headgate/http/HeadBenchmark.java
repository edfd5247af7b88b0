// SPDX-License-Identifier: Apache-2.0
package dev.headgate.http;

import dev.headgate.call.GatewayError;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpVersion;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** What is done with every request's head. */
@State(Scope.Thread)
public class HeadBenchmark {
    private final CallIds ids = new CallIds();
    private final MultiMap request = io.vertx.core.http.HttpHeaders.headers()
            .add("Host", "api.example.com")
            .add("Authorization", "Bearer hg_00000000000000000000000000000000000000")
            .add("Content-Type", "application/json")
            .add("Accept", "application/json")
            .add("User-Agent", "OpenAI/Python 1.109.1")
            .add("Accept-Encoding", "gzip, deflate")
            .add("X-Stainless-Lang", "python")
            .add("X-Stainless-Package-Version", "1.109.1")
            .add("X-Stainless-Runtime", "CPython")
            .add("X-Stainless-Retry-Count", "0")
            .add("Connection", "keep-alive")
            .add("Content-Length", "600");
    private final MultiMap answer = io.vertx.core.http.HttpHeaders.headers()
            .add("date", "Sat, 21 Nov 2026 12:00:00 GMT")
            .add("content-type", "application/json")
            .add("content-length", "1024")
            .add("connection", "keep-alive")
            .add("openai-processing-ms", "312")
            .add("openai-version", "2020-10-01")
            .add("x-ratelimit-limit-requests", "10000")
            .add("x-ratelimit-remaining-requests", "9999")
            .add("x-request-id", "req_1");

    @Benchmark
    public MultiMap headersUp() {
        return HeaderRules.up(request);
    }

    @Benchmark
    public MultiMap headersDown() {
        return HeaderRules.down(answer);
    }

    @Benchmark
    public @Nullable GatewayError guard() {
        return RequestGuard.check(HttpVersion.HTTP_1_1, "/v1/chat/completions", request);
    }

    @Benchmark
    public String callId() {
        return ids.next();
    }
}
