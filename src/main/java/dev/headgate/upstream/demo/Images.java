// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream.demo;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/** Pictures of one colour, 8 by 8 pixels, whose colour comes from the request; PNG as in ISO/IEC 15948. */
final class Images {
    private static final int SIDE = 8;
    private static final int MOST = 10;
    private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};

    private Images() {}

    static Buffer answer(JsonNode body, Fingerprint fingerprint) {
        int n = AskReader.positive(body, "n", 1);
        if (n > MOST) {
            throw Refusal.invalid("'n' must be at most " + MOST + ".", "n");
        }
        boolean url = body.path("response_format").asText().equals("url");
        int input = Tokens.count(AskReader.text(body.path("prompt")));
        return Json.bytes(json -> {
            json.writeStartObject();
            json.writeNumberField("created", ChatFormat.CREATED);
            json.writeArrayFieldStart("data");
            for (int i = 0; i < n; i++) {
                var png = Base64.getEncoder()
                        .encodeToString(png((int) fingerprint.seed() + i).getBytes());
                json.writeStartObject();
                json.writeStringField(url ? "url" : "b64_json", url ? "data:image/png;base64," + png : png);
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeObjectFieldStart("usage");
            json.writeNumberField("input_tokens", input);
            json.writeObjectFieldStart("input_tokens_details");
            json.writeNumberField("text_tokens", input);
            json.writeNumberField("image_tokens", 0);
            json.writeEndObject();
            json.writeNumberField("output_tokens", 0);
            json.writeNumberField("total_tokens", input);
            json.writeEndObject();
            json.writeEndObject();
        });
    }

    static Buffer png(int rgb) {
        var header = Buffer.buffer().appendInt(SIDE).appendInt(SIDE).appendBytes(new byte[] {8, 2, 0, 0, 0});
        var rows = Buffer.buffer();
        for (int y = 0; y < SIDE; y++) {
            rows.appendByte((byte) 0);
            for (int x = 0; x < SIDE; x++) {
                rows.appendMedium(rgb & 0xffffff);
            }
        }
        return Buffer.buffer(SIGNATURE)
                .appendBuffer(chunk("IHDR", header))
                .appendBuffer(chunk("IDAT", deflated(rows)))
                .appendBuffer(chunk("IEND", Buffer.buffer()));
    }

    private static Buffer chunk(String type, Buffer data) {
        var checked = Buffer.buffer(type.getBytes(StandardCharsets.US_ASCII)).appendBuffer(data);
        var crc = new CRC32();
        crc.update(checked.getBytes());
        return Buffer.buffer().appendInt(data.length()).appendBuffer(checked).appendInt((int) crc.getValue());
    }

    private static Buffer deflated(Buffer data) {
        var deflater = new Deflater();
        deflater.setInput(data.getBytes());
        deflater.finish();
        var bytes = new byte[data.length() + 64];
        int length = deflater.deflate(bytes);
        deflater.end();
        return Buffer.buffer(Arrays.copyOf(bytes, length));
    }
}
