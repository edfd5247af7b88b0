// SPDX-License-Identifier: Apache-2.0
package dev.headgate.store.redis;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;

/** Writes the few types of <a href="https://github.com/msgpack/msgpack/blob/master/spec.md">MessagePack</a> that the scripts read. */
final class MessagePack {
    private final Buffer out = Buffer.buffer(256);

    /** Begins an array of so many values. */
    MessagePack array(int size) {
        out.appendByte((byte) 0xdc).appendShort((short) size);
        return this;
    }

    /** Any number that is at least -32. */
    MessagePack number(long value) {
        if (value < -32) {
            throw new IllegalArgumentException("no number here is so small: " + value);
        }
        if (value <= Byte.MAX_VALUE) {
            out.appendByte((byte) value);
        } else if (value <= 0xffffffffL) {
            out.appendByte((byte) 0xce).appendInt((int) value);
        } else {
            out.appendByte((byte) 0xcf).appendLong(value);
        }
        return this;
    }

    MessagePack text(String value) {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        out.appendByte((byte) 0xda).appendShort((short) bytes.length).appendBytes(bytes);
        return this;
    }

    MessagePack no() {
        out.appendByte((byte) 0xc2);
        return this;
    }

    Buffer buffer() {
        return out;
    }
}
