// SPDX-License-Identifier: Apache-2.0
package dev.headgate.bench;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.random.RandomGenerator;

/** How a {@link FaultyUpstream} treats its callers. */
enum Fault {
    HEALTHY,
    /** Answers, but late: a third of a second before the head, and 40 ms more between two events. */
    SLOW,
    /** Nobody listens at its port. */
    REFUSE,
    /** A reset in place of an answer. */
    RESET,
    STATUS_500,
    STATUS_503,
    STATUS_529,
    /** 429 with {@code retry-after: 1}. */
    LIMITED,
    /** Silence in place of an answer, on an open connection. */
    STALL_BEFORE,
    /** Silence in the middle of an answer. */
    STALL_WITHIN,
    /** The connection ends in the middle of an answer. */
    TORN,
    /** Bytes that are not HTTP. */
    GIBBERISH,
    /** A page of HTML with status 200. */
    HTML,
    /** Status 200 and the content type that was asked for, but nothing of what it promises. */
    GARBAGE;

    /** Healthy half of the time. */
    static Fault random(RandomGenerator dice) {
        return dice.nextBoolean() ? HEALTHY : values()[dice.nextInt(values().length)];
    }

    /** What it writes in place of an answer; empty if it begins one. */
    ByteBuffer insteadOfAnswer(boolean stream) {
        String text = switch (this) {
            case STATUS_500 -> error("500 Internal Server Error", "");
            case STATUS_503 -> error("503 Service Unavailable", "");
            case STATUS_529 -> error("529 Overloaded", "");
            case LIMITED -> error("429 Too Many Requests", "retry-after: 1\r\n");
            case GIBBERISH -> "\u0001\u0002 this is no HTTP\r\n\r\n";
            case HTML -> answer("200 OK", "text/html", "", "<html><body>It works!</body></html>");
            case GARBAGE ->
                stream
                        ? answer("200 OK", "text/event-stream", "", "data: {\"choi\n\nfoo\u00ff\u00fe\n\n")
                        : answer("200 OK", "application/json", "", "{\"choices\": [");
            default -> "";
        };
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static String error(String status, String headers) {
        return answer(
                status,
                "application/json",
                headers,
                "{\"error\":{\"message\":\"%s\",\"type\":\"server_error\",\"param\":null,\"code\":null}}"
                        .formatted(status.toLowerCase(Locale.ROOT)));
    }

    private static String answer(String status, String type, String headers, String body) {
        return "HTTP/1.1 " + status + "\r\ncontent-type: " + type + "\r\n" + headers + "content-length: "
                + body.length() + "\r\n\r\n" + body;
    }
}
