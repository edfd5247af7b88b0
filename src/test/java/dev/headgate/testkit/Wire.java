// SPDX-License-Identifier: Apache-2.0
package dev.headgate.testkit;

import dev.headgate.testkit.Behaviour.Cut;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;

/** The connection below HTTP, for what an HTTP server would never do. */
final class Wire {
    private final Channel channel;

    Wire(HttpConnection connection) {
        this.channel = ((ConnectionBase) connection).channel();
    }

    /** Writes bytes as they are, past the HTTP encoder but through TLS. */
    Future<Void> write(Buffer bytes) {
        Promise<Void> written = Promise.promise();
        var encoder = channel.pipeline().context("httpEncoder");
        encoder.writeAndFlush(Unpooled.wrappedBuffer(bytes.getBytes())).addListener(done -> {
            if (done.isSuccess()) {
                written.complete();
            } else {
                written.fail(done.cause());
            }
        });
        return written.future();
    }

    void close(Cut cut) {
        if (cut == Cut.RST) {
            channel.config().setOption(ChannelOption.SO_LINGER, 0);
        }
        var unused = channel.close();
    }
}
