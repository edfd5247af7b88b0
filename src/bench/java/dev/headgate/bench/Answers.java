// SPDX-License-Identifier: Apache-2.0
package dev.headgate.bench;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** The bytes that {@link Upstream} writes. */
final class Answers {
    private static final int EVENT_BYTES = 200;
    private static final int UNARY_BYTES = 1_024;
    private static final String CHUNK_HEAD =
            "data: {\"id\":\"chatcmpl-bench\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\",\"choices\":[";
    private static final ByteBuffer HEAD = direct(
            "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncache-control: no-cache\r\ntransfer-encoding: chunked\r\n\r\n");
    private static final ByteBuffer EVENT = direct(chunk(event("null")));
    private static final ByteBuffer LAST = direct(chunk(event("\"stop\"")) + chunk("data: [DONE]\n\n") + "0\r\n\r\n");
    private static final ByteBuffer LAST_USAGE =
            direct(chunk(event("\"stop\"")) + chunk(usage()) + chunk("data: [DONE]\n\n") + "0\r\n\r\n");
    private static final ByteBuffer UNARY =
            direct("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: " + UNARY_BYTES + "\r\n\r\n"
                    + unaryJson());

    private Answers() {}

    static ByteBuffer nothing() {
        return ByteBuffer.allocate(0);
    }

    static ByteBuffer head() {
        return HEAD.duplicate();
    }

    static ByteBuffer event() {
        return EVENT.duplicate();
    }

    /** The last event, the usage event if it is wanted, and the end of the stream, in one write. */
    static ByteBuffer last(boolean usage) {
        return (usage ? LAST_USAGE : LAST).duplicate();
    }

    static ByteBuffer unary() {
        return UNARY.duplicate();
    }

    /** A chat completion of exactly 1,024 bytes. */
    static String unaryJson() {
        String head = "{\"id\":\"chatcmpl-bench\",\"object\":\"chat.completion\",\"created\":1,\"model\":\"m\","
                + "\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"";
        String tail = "\"},\"finish_reason\":\"stop\"}],"
                + "\"usage\":{\"prompt_tokens\":120,\"completion_tokens\":180,\"total_tokens\":300}}";
        return head + "x".repeat(UNARY_BYTES - head.length() - tail.length()) + tail;
    }

    /** A content event of exactly 200 bytes. */
    static String event(String finishReason) {
        String head = CHUNK_HEAD + "{\"index\":0,\"delta\":{\"content\":\"";
        String tail = "\"},\"finish_reason\":" + finishReason + "}]}\n\n";
        return head + "x".repeat(EVENT_BYTES - head.length() - tail.length()) + tail;
    }

    /** The event that carries only usage. */
    static String usage() {
        return CHUNK_HEAD + "],\"usage\":{\"prompt_tokens\":120,\"completion_tokens\":50,\"total_tokens\":170}}\n\n";
    }

    private static String chunk(String data) {
        return Integer.toHexString(data.length()) + "\r\n" + data + "\r\n";
    }

    private static ByteBuffer direct(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
    }
}
