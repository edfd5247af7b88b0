// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream.demo;

import dev.headgate.call.ErrorKind;
import dev.headgate.call.GatewayError;
import dev.headgate.call.RequestBody.Outgoing;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;

/** Takes in a request body. Of a streamed one it keeps the first and the last 64 KB, where a form has its small fields. */
final class Upload {
    private static final int KEPT = 64 * 1024;

    private Buffer head = Buffer.buffer();
    private Buffer tail = Buffer.buffer();

    private Upload() {}

    static Future<Buffer> read(Outgoing body) {
        return switch (body) {
            case Outgoing.Whole whole -> Future.succeededFuture(joined(whole));
            case Outgoing.Streamed streamed -> new Upload().drain(streamed.stream());
        };
    }

    private static Buffer joined(Outgoing.Whole whole) {
        var all = Buffer.buffer(Math.toIntExact(whole.length()));
        whole.parts().forEach(all::appendBuffer);
        return all;
    }

    private Future<Buffer> drain(ReadStream<Buffer> stream) {
        Promise<Buffer> done = Promise.promise();
        stream.exceptionHandler(broken ->
                done.tryFail(GatewayError.of(ErrorKind.UPSTREAM_FAILED, "The request broke off before its end.")
                        .asFailure()));
        stream.endHandler(end -> done.tryComplete(head.appendBuffer(tail)));
        stream.handler(this::keep).resume();
        return done.future();
    }

    private void keep(Buffer bytes) {
        int toHead = Math.min(bytes.length(), KEPT - head.length());
        head.appendBuffer(bytes, 0, toHead);
        tail.appendBuffer(bytes, toHead, bytes.length() - toHead);
        if (tail.length() > 2 * KEPT) {
            tail = tail.getBuffer(tail.length() - KEPT, tail.length());
        }
    }
}
