// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream.demo;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/** The same transcription for every recording, as JSON or, if the form says so, as plain text. */
final class Transcriptions {
    private static final String TEXT = "demo transcription";
    private static final Pattern PLAIN =
            Pattern.compile("name=\"?response_format\"?(?:\\r\\n[^\\r\\n]+)*\\r\\n\\r\\ntext\\r\\n");

    private Transcriptions() {}

    /** Takes what {@link Upload} kept of the form; the audio itself is of no interest. */
    static DemoReply answer(Buffer form) {
        if (PLAIN.matcher(form.toString(StandardCharsets.ISO_8859_1)).find()) {
            return DemoReply.whole(200, "text/plain; charset=utf-8", Buffer.buffer(TEXT + "\n"), 0);
        }
        int tokens = Tokens.count(TEXT);
        return DemoReply.json(Json.bytes(json -> {
            json.writeStartObject();
            json.writeStringField("text", TEXT);
            json.writeObjectFieldStart("usage");
            json.writeStringField("type", "tokens");
            json.writeNumberField("input_tokens", 0);
            json.writeNumberField("output_tokens", tokens);
            json.writeNumberField("total_tokens", tokens);
            json.writeEndObject();
            json.writeEndObject();
        }));
    }
}
