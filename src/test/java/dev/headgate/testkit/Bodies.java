// SPDX-License-Identifier: Apache-2.0
package dev.headgate.testkit;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.headgate.testkit.Body.Content;
import dev.headgate.testkit.Body.Kind;
import io.vertx.core.buffer.Buffer;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The bodies that {@link FakeUpstream} can send. */
final class Bodies {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final int PROMPT_TOKENS = 11;
    private static final int MEGABYTE = 1_000_000;

    private Bodies() {}

    static Body openAi() {
        return new Body(Kind.BY_TYPE, request -> {
            if (request.json().path("stream").asBoolean()) {
                var texts = List.of("Hello ", "from ", "the ", "fake ", "upstream.");
                return new Content(
                        Map.of("content-type", "text/event-stream"),
                        chunks(request, texts, true).iterator());
            }
            return new Content(Map.of("content-type", "application/json"), one(unary(request)));
        });
    }

    static Body chat(String text) {
        return made(Kind.WHOLE, request -> one(completion(request, text)));
    }

    static Body stream(List<String> texts, boolean done) {
        return made(Kind.STREAM, request -> chunks(request, texts, done).iterator());
    }

    static Body sized(int events, int bytes) {
        return made(
                Kind.STREAM,
                request -> chunks(request, Collections.nCopies(events, text(request, bytes)), true)
                        .iterator());
    }

    static Body endless(int bytes) {
        return made(Kind.STREAM, request -> {
            var event = content(request, text(request, bytes));
            return Stream.generate(() -> event).iterator();
        });
    }

    static Body pieces(List<String> pieces) {
        return made(Kind.STREAM, request -> pieces.stream().map(Buffer::buffer).iterator());
    }

    static Body whole(Buffer bytes) {
        return made(Kind.WHOLE, request -> one(bytes));
    }

    static Body raw(Buffer bytes) {
        return made(Kind.RAW, request -> one(bytes));
    }

    /** Every byte value, without a single end of an event. */
    static Body garbage() {
        var bytes = new byte[1024];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (i == '\n' ? 0 : i);
        }
        return made(Kind.STREAM, request -> one(Buffer.buffer(bytes)));
    }

    static Body huge(int megabytes) {
        var filler = new byte[MEGABYTE];
        Arrays.fill(filler, (byte) 'x');
        var text = Buffer.buffer(filler);
        return made(Kind.WHOLE, request -> {
            var all = Buffer.buffer(megabytes * MEGABYTE).appendString("{\"text\":\"");
            for (int i = 1; i < megabytes; i++) {
                all.appendBuffer(text);
            }
            var end = "\"}";
            all.appendBytes(filler, 0, megabytes * MEGABYTE - all.length() - end.length());
            return one(all.appendString(end));
        });
    }

    static Body flood() {
        var piece = Buffer.buffer("[" + " ".repeat(64 * 1024 - 1));
        return made(Kind.STREAM, request -> Stream.generate(() -> piece).iterator());
    }

    static Body echo() {
        return made(Kind.WHOLE, request -> {
            var json = NODES.objectNode().put("method", request.method()).put("uri", request.uri());
            var headers = json.putObject("headers");
            request.headers()
                    .forEach((name, value) ->
                            headers.withArray("/" + name.replace("~", "~0")).add(value));
            json.put("body", request.body().toString());
            return one(bytes(json));
        });
    }

    private static Body made(Kind kind, Function<Received, Iterator<Buffer>> pieces) {
        return new Body(kind, request -> new Content(Map.of(), pieces.apply(request)));
    }

    private static Iterator<Buffer> one(Buffer bytes) {
        return List.of(bytes).iterator();
    }

    private static Buffer unary(Received request) {
        if (!request.parts().isEmpty()) {
            return bytes(NODES.objectNode().put("text", "fake transcription"));
        }
        return request.uri().contains("/embeddings")
                ? embedding(request)
                : completion(request, "Hello from the fake upstream.");
    }

    private static Buffer completion(Received request, String text) {
        var answer = head(request, "chat.completion");
        var choice = answer.putArray("choices").addObject().put("index", 0);
        choice.putObject("message").put("role", "assistant").put("content", text);
        choice.put("finish_reason", "stop");
        usage(answer, text.split(" ", -1).length);
        return bytes(answer);
    }

    private static Buffer embedding(Received request) {
        var answer = NODES.objectNode().put("object", "list");
        var data =
                answer.putArray("data").addObject().put("object", "embedding").put("index", 0);
        data.putArray("embedding").add(0.6).add(0.8);
        answer.put("model", model(request));
        answer.putObject("usage").put("prompt_tokens", PROMPT_TOKENS).put("total_tokens", PROMPT_TOKENS);
        return bytes(answer);
    }

    private static Stream<Buffer> chunks(Received request, List<String> texts, boolean done) {
        var contents = IntStream.range(0, texts.size()).mapToObj(i -> content(request, texts.get(i)));
        var finish = chunk(request);
        finish.withArray("/choices")
                .addObject()
                .put("index", 0)
                .put("finish_reason", "stop")
                .putObject("delta");
        var end = Stream.<Buffer>builder().add(event(finish));
        if (asksUsage(request)) {
            var last = chunk(request);
            last.putArray("choices");
            usage(last, texts.size());
            end.add(event(last));
        }
        if (done) {
            end.add(Buffer.buffer("data: [DONE]\n\n"));
        }
        return Stream.concat(contents, end.build());
    }

    private static Buffer content(Received request, String text) {
        var chunk = chunk(request);
        var choice = chunk.withArray("/choices").addObject().put("index", 0);
        choice.putObject("delta").put("role", "assistant").put("content", text);
        choice.putNull("finish_reason");
        return event(chunk);
    }

    /** The text that makes a content event just so long. */
    private static String text(Received request, int bytes) {
        return "x".repeat(Math.max(1, bytes - content(request, "").length()));
    }

    private static ObjectNode chunk(Received request) {
        var chunk = head(request, "chat.completion.chunk");
        return asksUsage(request) ? chunk.putNull("usage") : chunk;
    }

    private static boolean asksUsage(Received request) {
        return request.json().at("/stream_options/include_usage").asBoolean();
    }

    private static ObjectNode head(Received request, String object) {
        return NODES.objectNode()
                .put("id", "chatcmpl-fake")
                .put("object", object)
                .put("created", 1_700_000_000)
                .put("model", model(request));
    }

    private static String model(Received request) {
        return request.json().path("model").asText("fake");
    }

    private static void usage(ObjectNode answer, int output) {
        answer.putObject("usage")
                .put("prompt_tokens", PROMPT_TOKENS)
                .put("completion_tokens", output)
                .put("total_tokens", PROMPT_TOKENS + output);
    }

    private static Buffer event(ObjectNode json) {
        return Buffer.buffer("data: " + json + "\n\n");
    }

    private static Buffer bytes(ObjectNode json) {
        return Buffer.buffer(json.toString());
    }
}
