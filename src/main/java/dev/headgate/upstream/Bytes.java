// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream;

import io.netty.buffer.ByteBuf;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.buffer.BufferInternal;

/** A look at a buffer's bytes, without a copy where the buffer lies on the heap (as the HTTP client's buffers do). */
// Never compared or printed: it only saves a copy.
@SuppressWarnings("ArrayRecordComponent")
record Bytes(byte[] array, int from, int to) {
    static Bytes of(Buffer buffer) {
        if (buffer instanceof BufferInternal internal) {
            ByteBuf buf = internal.getByteBuf();
            if (buf.hasArray()) {
                int from = buf.arrayOffset() + buf.readerIndex();
                return new Bytes(buf.array(), from, from + buf.readableBytes());
            }
        }
        byte[] copy = buffer.getBytes();
        return new Bytes(copy, 0, copy.length);
    }

    int length() {
        return to - from;
    }
}
