// SPDX-License-Identifier: Apache-2.0
package dev.headgate.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.util.List;

/** A request as {@link FakeUpstream} received it, live: body, ending and time of closing grow while it runs. Thread-safe. */
public final class Received {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final int connection;
    private final String method;
    private final String uri;
    private final MultiMap headers;
    private final long arrived = System.nanoTime();
    private final Buffer body = Buffer.buffer();
    private Upload upload = Upload.RUNNING;
    private Answer answer = Answer.RUNNING;
    private long closed;

    Received(int connection, HttpServerRequest request) {
        this.connection = connection;
        this.method = request.method().name();
        this.uri = request.uri();
        this.headers = MultiMap.caseInsensitiveMultiMap().addAll(request.headers());
    }

    /** How far the request's body is. */
    public enum Upload {
        RUNNING,
        COMPLETE,
        /** The connection closed before the body's end. */
        ABORTED
    }

    /** How far the answer is. */
    public enum Answer {
        RUNNING,
        /** Sent as the script wanted it, a scripted cut included. */
        SENT,
        /** The client went before that. */
        CLIENT_GONE
    }

    /** A part of a multipart form. */
    public record Part(String name, String filename, String contentType, Buffer content) {}

    /** The number of the connection, counted from 1 in order of acceptance. */
    public int connection() {
        return connection;
    }

    public String method() {
        return method;
    }

    /** Path and query as they came. */
    public String uri() {
        return uri;
    }

    public MultiMap headers() {
        return headers;
    }

    /** {@link System#nanoTime} of the head's arrival. */
    public long arrivedNanos() {
        return arrived;
    }

    /** {@link System#nanoTime} of the moment that the exchange was over, or 0. */
    public synchronized long closedNanos() {
        return closed;
    }

    public synchronized Buffer body() {
        return body.copy();
    }

    public synchronized Upload upload() {
        return upload;
    }

    public synchronized Answer answer() {
        return answer;
    }

    /** Both directions are over. */
    public synchronized boolean isClosed() {
        return closed != 0;
    }

    /** The body as JSON, or a missing node if it is none. */
    public JsonNode json() {
        try {
            return MAPPER.readTree(body().getBytes());
        } catch (IOException e) {
            return MissingNode.getInstance();
        }
    }

    /** The parts of a complete multipart body; none if it is something else. */
    public List<Part> parts() {
        return Multipart.parts(headers.get("content-type"), body());
    }

    synchronized void append(Buffer bytes) {
        body.appendBuffer(bytes);
    }

    synchronized void uploaded() {
        upload = Upload.COMPLETE;
        closeIfOver();
    }

    synchronized void answered() {
        if (answer == Answer.RUNNING) {
            answer = Answer.SENT;
            closeIfOver();
        }
    }

    /** The connection is gone: whatever still ran did not end well. */
    synchronized void disconnected() {
        upload = upload == Upload.RUNNING ? Upload.ABORTED : upload;
        answer = answer == Answer.RUNNING ? Answer.CLIENT_GONE : answer;
        closeIfOver();
    }

    private void closeIfOver() {
        if (closed == 0 && upload != Upload.RUNNING && answer != Answer.RUNNING) {
            closed = System.nanoTime();
        }
    }

    @Override
    public String toString() {
        return method + " " + uri + " on connection " + connection + ", upload " + upload() + ", answer " + answer();
    }
}
