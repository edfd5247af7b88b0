// SPDX-License-Identifier: Apache-2.0
package dev.headgate.http;

import dev.headgate.call.RequestBody.Outgoing;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vertx.core.internal.buffer.BufferInternal;
import java.util.ArrayList;
import java.util.List;

/** Puts edits into bytes without copying them: the result is one buffer over slices of the source and the new pieces. */
final class Splice {
    private final byte[] source;
    private final List<ByteBuf> parts = new ArrayList<>(5);
    private int from;
    private long length;

    Splice(byte[] source) {
        this.source = source;
    }

    /** Replaces a span; calls come in the order of the source. An empty span makes it an insertion. */
    void replace(int start, int end, byte[] with) {
        keep(start);
        add(Unpooled.wrappedBuffer(with));
        from = end;
    }

    Outgoing.Whole finish() {
        keep(source.length);
        ByteBuf all = Unpooled.wrappedBuffer(parts.toArray(ByteBuf[]::new));
        return new Outgoing.Whole(List.of(BufferInternal.buffer(all)), length);
    }

    private void keep(int until) {
        if (until > from) {
            add(Unpooled.wrappedBuffer(source, from, until - from));
        }
    }

    private void add(ByteBuf part) {
        parts.add(part);
        length += part.readableBytes();
    }
}
