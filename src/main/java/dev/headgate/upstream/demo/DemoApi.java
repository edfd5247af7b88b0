// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream.demo;

import com.fasterxml.jackson.databind.node.MissingNode;
import dev.headgate.call.DemoSettings;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import java.util.List;
import java.util.stream.IntStream;

/** The endpoints of the demo backend: from a request to its answer, errors included. */
final class DemoApi {
    private final Failures failures;

    DemoApi(Failures failures) {
        this.failures = failures;
    }

    DemoReply answer(String backend, DemoSettings settings, HttpMethod method, String uri, Buffer body) {
        try {
            return dispatch(backend, settings, method, path(uri), body);
        } catch (Refusal refusal) {
            return DemoReply.refusal(refusal);
        }
    }

    private DemoReply dispatch(String backend, DemoSettings settings, HttpMethod method, String path, Buffer body) {
        if (!method.equals(HttpMethod.POST)) {
            throw Refusal.unknownPath(method.name(), path);
        }
        return switch (path) {
            case "/chat/completions" -> chat(true, backend, settings, body);
            case "/completions" -> chat(false, backend, settings, body);
            case "/responses" -> response(backend, settings, body);
            case "/embeddings" -> DemoReply.json(Embeddings.answer(Json.object(body)));
            case "/moderations" -> DemoReply.json(Moderations.answer(Json.object(body), Fingerprint.of(body)));
            case "/images/generations" -> DemoReply.json(Images.answer(Json.object(body), Fingerprint.of(body)));
            case "/images/edits", "/images/variations" ->
                DemoReply.json(Images.answer(MissingNode.getInstance(), Fingerprint.of(body)));
            case "/audio/speech" -> speech(body);
            case "/audio/transcriptions", "/audio/translations" -> Transcriptions.answer(body);
            default -> throw Refusal.unknownPath(method.name(), path);
        };
    }

    private DemoReply chat(boolean chat, String backend, DemoSettings settings, Buffer body) {
        var json = Json.object(body);
        var ask = chat ? AskReader.chat(json) : AskReader.completion(json);
        var answers = answers(ask, settings);
        maybeFail(backend, ask, settings);
        var format = ChatFormat.of(chat, ask, answers, Fingerprint.of(body));
        return ask.stream() ? DemoReply.events(format.events()) : whole(format.whole(), answers);
    }

    private DemoReply response(String backend, DemoSettings settings, Buffer body) {
        var ask = AskReader.response(Json.object(body));
        var answers = answers(ask, settings);
        maybeFail(backend, ask, settings);
        var format = ResponsesFormat.of(ask, answers.getFirst(), Fingerprint.of(body));
        return ask.stream() ? DemoReply.events(format.events()) : whole(format.whole(), answers);
    }

    private void maybeFail(String backend, Ask ask, DemoSettings settings) {
        if (failures.next(backend, Models.bare(ask.model()), Models.errorPercent(ask.model(), settings))) {
            throw Refusal.onPurpose(ask.model());
        }
    }

    private static List<Answer> answers(Ask ask, DemoSettings settings) {
        return IntStream.range(0, ask.choices())
                .mapToObj(choice -> Models.answer(ask, choice, settings))
                .toList();
    }

    /** A whole answer comes when its first token would. */
    private static DemoReply whole(Buffer body, List<Answer> answers) {
        return DemoReply.whole(
                200, "application/json", body, answers.getFirst().pace().due(0));
    }

    private static DemoReply speech(Buffer body) {
        return DemoReply.whole(
                200,
                "audio/wav",
                Wave.tone(Fingerprint.of(Json.object(body).path("input").asText())),
                0);
    }

    /** The path below the version, with or without {@code /v1} before it. */
    private static String path(String uri) {
        int query = uri.indexOf('?');
        var path = query < 0 ? uri : uri.substring(0, query);
        return path.startsWith("/v1/") ? path.substring("/v1".length()) : path;
    }
}
