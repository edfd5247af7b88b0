// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream;

import dev.headgate.call.CallFailure;
import dev.headgate.call.Endpoint;
import dev.headgate.call.ErrorKind;
import dev.headgate.call.GatewayError;
import io.vertx.core.MultiMap;
import org.jspecify.annotations.Nullable;

/**
 * Judges the events of a stream until one of them commits it: until then the stream can be given up and another backend asked,
 * without the client seeing anything of it. Remembers only whether there was a choice.
 */
final class Opening {
    private final String backend;
    private final Endpoint endpoint;
    private final MultiMap headers;
    private boolean choiceSeen;

    /** @param headers of the answer, for what they say about coming back */
    Opening(String backend, Endpoint endpoint, MultiMap headers) {
        this.backend = backend;
        this.endpoint = endpoint;
        this.headers = headers;
    }

    /** What an event means for a stream that is not committed. */
    sealed interface Verdict {
        Verdict WAIT = new Wait();
        Verdict COMMIT = new Commit(false);
        Verdict CALLERS_FAULT = new Commit(true);

        /** Nothing yet that a reader would see. */
        record Wait() implements Verdict {}

        /** @param callersFault whether the event is an error that another backend would report too */
        record Commit(boolean callersFault) implements Verdict {}

        /** This try is over. */
        record Failed(CallFailure failure) implements Verdict {}
    }

    Verdict judge(byte[] bytes, int from, int to) {
        EventLines lines = EventLines.of(bytes, from, to);
        byte[] data = lines.data();
        if (!EventFacts.isJson(endpoint)) {
            return data == null ? Verdict.WAIT : errorOr(lines, data, Verdict.COMMIT);
        }
        if (!lines.areLegal() || !lines.holdAnObjectOrNothing()) {
            return garbage();
        }
        if (data == null) {
            return Verdict.WAIT;
        }
        if (isDone(data)) {
            return choiceSeen ? Verdict.COMMIT : new Verdict.Failed(empty());
        }
        return errorOr(lines, data, null);
    }

    /** The stream ended in good order, and nothing in it had committed it. */
    CallFailure empty() {
        return failure("ended its stream without an answer.");
    }

    private Verdict errorOr(EventLines lines, byte[] data, @Nullable Verdict otherwise) {
        OpeningData read = OpeningData.read(data);
        if (read == null) {
            return otherwise == null ? garbage() : otherwise;
        }
        if (read.isError() || lines.nameAnError() || "response.failed".equals(read.type())) {
            return ErrorEvent.judge(backend, UpstreamMessage.in(data, 0, data.length), headers);
        }
        choiceSeen |= read.hasChoice();
        if (otherwise != null) {
            return otherwise;
        }
        boolean commits = endpoint == Endpoint.RESPONSES ? OpeningData.isOutput(read.type()) : read.hasOutput();
        return commits ? Verdict.COMMIT : Verdict.WAIT;
    }

    private static boolean isDone(byte[] data) {
        int at = 0;
        while (at < data.length && data[at] != '[' && data[at] != '{') {
            at++;
        }
        return at < data.length && data[at] == '[';
    }

    private Verdict garbage() {
        return new Verdict.Failed(GatewayError.of(
                        ErrorKind.UPSTREAM_PROTOCOL_ERROR,
                        "Backend \"%s\" sent a stream that is none of this API.".formatted(backend))
                .asFailure());
    }

    private CallFailure failure(String what) {
        return GatewayError.of(ErrorKind.UPSTREAM_FAILED, "Backend \"%s\" %s".formatted(backend, what))
                .asFailure();
    }
}
