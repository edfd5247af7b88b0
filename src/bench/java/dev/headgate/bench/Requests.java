// SPDX-License-Identifier: Apache-2.0
package dev.headgate.bench;

import java.nio.charset.StandardCharsets;

/** The bytes that clients send: what an OpenAI library sends, no more headers and no fewer. */
final class Requests {
    private static final int UNARY_BYTES = 600;

    private Requests() {}

    /** A chat completion whose body has 600 bytes. */
    static byte[] unary(String key) {
        return post("/v1/chat/completions", key, json("\"model\":\"chat\"", UNARY_BYTES));
    }

    /** A streamed one; the upstream reads the number of events and their distance from the query. */
    static byte[] stream(String key, int events, int millisApart, int bodyBytes) {
        return post(
                "/v1/chat/completions?events=" + events + "&ms=" + millisApart,
                key,
                json("\"model\":\"stream\",\"stream\":true", bodyBytes));
    }

    /**
     * A call with an id of its own.
     *
     * @param events of a stream; 0 for an answer in one piece
     */
    static byte[] call(String key, String model, String id, int events, int millisApart, int bodyBytes) {
        String stream = events > 0 ? ",\"stream\":true" : "";
        return post(
                "/v1/chat/completions?events=" + events + "&ms=" + millisApart,
                key + "\r\nX-Request-Id: " + id,
                json("\"model\":\"" + model + "\"" + stream, bodyBytes));
    }

    private static String json(String first, int bytes) {
        String head = "{" + first + ",\"temperature\":0.7,\"messages\":[{\"role\":\"system\",\"content\":"
                + "\"You are a careful assistant.\"},{\"role\":\"user\",\"content\":\"";
        String tail = "\"}],\"max_tokens\":256,\"user\":\"user-1\"}";
        return head + "y".repeat(bytes - head.length() - tail.length()) + tail;
    }

    private static byte[] post(String target, String key, String body) {
        return ("POST " + target + " HTTP/1.1\r\n"
                        + "Host: 127.0.0.1\r\n"
                        + "Authorization: Bearer " + key + "\r\n"
                        + "Content-Type: application/json\r\n"
                        + "Accept: application/json\r\n"
                        + "User-Agent: bench/1.0\r\n"
                        + "Content-Length: " + body.length() + "\r\n\r\n"
                        + body)
                .getBytes(StandardCharsets.US_ASCII);
    }
}
