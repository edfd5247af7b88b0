// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream.demo;

import io.vertx.core.buffer.Buffer;
import java.util.Iterator;
import java.util.List;

/**
 * One answer before it is sent.
 *
 * @param length bytes of the body, or -1 for a stream
 * @param delay nanoseconds before the head
 */
record DemoReply(int status, String contentType, long length, long delay, Iterator<Frame> frames) {
    static DemoReply json(Buffer body) {
        return whole(200, "application/json", body, 0);
    }

    static DemoReply whole(int status, String contentType, Buffer body, long delay) {
        var frames = List.of(new Frame(0, body)).iterator();
        return new DemoReply(status, contentType, body.length(), delay, frames);
    }

    static DemoReply events(Iterator<Frame> frames) {
        return new DemoReply(200, "text/event-stream; charset=utf-8", -1, 0, frames);
    }

    static DemoReply refusal(Refusal refusal) {
        return whole(refusal.status(), "application/json", Json.bytes(refusal::write), 0);
    }
}
