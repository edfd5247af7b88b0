// SPDX-License-Identifier: Apache-2.0
package dev.headgate.testkit;

import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * How {@link FakeUpstream} answers one request: a head, a body in pieces, and how these flow. Immutable; every method gives a
 * changed copy. A piece is one event of a stream, or the whole of any other body.
 */
public record Behaviour(Head head, Body body, Flow flow, Compression compression) {
    /** How a connection is torn down. */
    public enum Cut {
        /** An orderly close of the socket, in the middle of the answer. */
        FIN,
        /** A reset; it may overtake bytes that the client has not read yet. */
        RST
    }

    /** When the fake compresses with gzip. */
    enum Compression {
        IF_ALLOWED,
        NEVER,
        ALWAYS
    }

    /** @param interim raw interim heads before the answer's own, such as {@code HTTP/1.1 103 Early Hints} */
    record Head(
            int status, List<Map.Entry<String, String>> headers, Duration delay, List<String> interim, boolean early) {}

    /** @param split most bytes of one write, each write in a turn of its own */
    record Flow(Duration gap, int split, Stop stop) {}

    /** Where the flow stops short: after pieces or after bytes on the wire, and what happens then; no cut is a stall. */
    record Stop(long pieces, long bytes, List<Cut> cut) {
        static final Stop NEVER = new Stop(Long.MAX_VALUE, Long.MAX_VALUE, List.of());
    }

    /** Answers as OpenAI would, after what the request asks for: chat, a stream, embeddings, or a transcription of a form. */
    public static Behaviour openAi() {
        return of(200, Bodies.openAi());
    }

    /** A chat completion with 11 prompt tokens and one completion token for each word. */
    public static Behaviour chat(String text) {
        return of(200, Bodies.chat(text)).header("content-type", "application/json");
    }

    /**
     * A chat stream: one event for each text, one with the finish reason, one with usage if the request asked for it (the others
     * then have {@code "usage":null}), and {@code [DONE]}. The usage is 11 prompt tokens and one token for each text.
     */
    public static Behaviour stream(String... texts) {
        return events(Bodies.stream(List.of(texts), true));
    }

    /** A chat stream of {@code events} content events, each of exactly {@code bytes} bytes (if the frame leaves room). */
    public static Behaviour stream(int events, int bytes) {
        return events(Bodies.sized(events, bytes));
    }

    /** Like {@link #stream(String...)}, but the connection ends in good order before {@code [DONE]}. */
    public static Behaviour streamWithoutDone(String... texts) {
        return events(Bodies.stream(List.of(texts), false));
    }

    /** Content events of {@code bytes} bytes until the client goes. */
    public static Behaviour endless(int bytes) {
        return events(Bodies.endless(bytes));
    }

    /** A stream of exactly these pieces, nothing added: write {@code data: …\n\n} yourself. */
    public static Behaviour rawEvents(String... events) {
        return events(Bodies.pieces(List.of(events)));
    }

    /** A stream that starts well and then reports an error as an event, without {@code [DONE]}. */
    public static Behaviour errorInStream() {
        return rawEvents(
                "data: {\"id\":\"chatcmpl-fake\",\"object\":\"chat.completion.chunk\",\"created\":1700000000,\"model\":\"fake\","
                        + "\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hel\"},\"finish_reason\":null}]}\n\n",
                "data: {\"error\":{\"message\":\"The server had an error.\",\"type\":\"server_error\",\"param\":null,"
                        + "\"code\":null}}\n\n");
    }

    public static Behaviour json(int status, String body) {
        return of(status, Bodies.whole(Buffer.buffer(body))).header("content-type", "application/json");
    }

    /** An error in OpenAI's shape. */
    public static Behaviour error(int status, String type, String message) {
        return json(
                status,
                "{\"error\":{\"message\":\"" + message + "\",\"type\":\"" + type + "\",\"param\":null,\"code\":null}}");
    }

    /** A 429 that says when to come back. */
    public static Behaviour rateLimited(int retryAfterSeconds) {
        return error(429, "requests", "Rate limit reached.").header("retry-after", Integer.toString(retryAfterSeconds));
    }

    /** A page of HTML with status 200, as captive portals and broken proxies send it. */
    public static Behaviour html() {
        return of(200, Bodies.whole(Buffer.buffer("<html><body>It works!</body></html>")))
                .header("content-type", "text/html");
    }

    /** Bytes that are no events and no UTF-8 under the content type of a stream. */
    public static Behaviour garbage() {
        return events(Bodies.garbage());
    }

    /** A JSON document of so many megabytes (1,000,000 bytes each). */
    public static Behaviour huge(int megabytes) {
        return of(200, Bodies.huge(megabytes)).header("content-type", "application/json");
    }

    /** A JSON document without an end and without a length, 64 KB at a time, until the client goes. */
    public static Behaviour flood() {
        return of(200, Bodies.flood()).header("content-type", "application/json");
    }

    /** What the request looked like, as JSON: method, uri, headers (name to list of values), body. */
    public static Behaviour echo() {
        return of(200, Bodies.echo()).header("content-type", "application/json");
    }

    /** Never answers. */
    public static Behaviour silence() {
        return raw("").stallAfter(0);
    }

    /** Ends the connection without an answer. */
    public static Behaviour hangUp(Cut cut) {
        return raw("").cutAfter(0, cut);
    }

    /** These bytes instead of an answer, head included, past the HTTP encoder; then the connection is closed. */
    public static Behaviour raw(String bytes) {
        return raw(Buffer.buffer(bytes));
    }

    public static Behaviour raw(Buffer bytes) {
        return of(0, Bodies.raw(bytes));
    }

    /** One more header; the same name twice makes two header lines. */
    public Behaviour header(String name, String value) {
        var headers = new ArrayList<>(head.headers);
        headers.add(Map.entry(name, value));
        return with(new Head(head.status, List.copyOf(headers), head.delay, head.interim, head.early));
    }

    public Behaviour status(int status) {
        return with(new Head(status, head.headers, head.delay, head.interim, head.early));
    }

    /** Waits before the head. */
    public Behaviour after(Duration delay) {
        return with(new Head(head.status, head.headers, delay, head.interim, head.early));
    }

    /** An interim answer first, for example {@code interim("103 Early Hints\r\nlink: </a>")}. */
    public Behaviour interim(String statusAndHeaders) {
        var interim = new ArrayList<>(head.interim);
        interim.add("HTTP/1.1 " + statusAndHeaders + "\r\n\r\n");
        return with(new Head(head.status, head.headers, head.delay, List.copyOf(interim), head.early));
    }

    /** Answers as soon as the request's head is there, without waiting for its body. */
    public Behaviour early() {
        return with(new Head(head.status, head.headers, head.delay, head.interim, true));
    }

    /** The time between two pieces. */
    public Behaviour every(Duration gap) {
        return with(new Flow(gap, flow.split, flow.stop));
    }

    /** Sends at most so many bytes at a time, wherever that tears the text; behind the compression, if there is any. */
    public Behaviour splitEvery(int bytes) {
        return with(new Flow(flow.gap, bytes, flow.stop));
    }

    /** Sends so many pieces and then nothing more, with the connection left open; the head is always sent. */
    public Behaviour stallAfter(int pieces) {
        return with(new Flow(flow.gap, flow.split, new Stop(pieces, Long.MAX_VALUE, List.of())));
    }

    public Behaviour stallAfterBytes(long bytes) {
        return with(new Flow(flow.gap, flow.split, new Stop(Long.MAX_VALUE, bytes, List.of())));
    }

    /** Sends so many pieces and then tears the connection down. */
    public Behaviour cutAfter(int pieces, Cut cut) {
        return with(new Flow(flow.gap, flow.split, new Stop(pieces, Long.MAX_VALUE, List.of(cut))));
    }

    public Behaviour cutAfterBytes(long bytes, Cut cut) {
        return with(new Flow(flow.gap, flow.split, new Stop(Long.MAX_VALUE, bytes, List.of(cut))));
    }

    public Behaviour uncompressed() {
        return new Behaviour(head, body, flow, Compression.NEVER);
    }

    /** Compresses even if the request forbade it. */
    public Behaviour compressedAnyway() {
        return new Behaviour(head, body, flow, Compression.ALWAYS);
    }

    private static Behaviour of(int status, Body body) {
        var head = new Head(status, List.of(), Duration.ZERO, List.of(), false);
        return new Behaviour(
                head, body, new Flow(Duration.ZERO, Integer.MAX_VALUE, Stop.NEVER), Compression.IF_ALLOWED);
    }

    private static Behaviour events(Body body) {
        return of(200, body).header("content-type", "text/event-stream");
    }

    private Behaviour with(Head changed) {
        return new Behaviour(changed, body, flow, compression);
    }

    private Behaviour with(Flow changed) {
        return new Behaviour(head, body, changed, compression);
    }
}
