// SPDX-License-Identifier: Apache-2.0
package dev.headgate.store.local;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.concurrent.atomic.AtomicLong;

/** Takes as many bytes as there is room for, and then says what an operating system says. */
final class FillingDisk implements UsageLog.Writer {
    final AtomicLong room = new AtomicLong(Long.MAX_VALUE);

    @Override
    public void write(FileChannel channel, ByteBuffer bytes) throws IOException {
        int end = bytes.limit();
        int taken = (int) Math.min(bytes.remaining(), room.get());
        bytes.limit(bytes.position() + taken);
        TO_DISK.write(channel, bytes);
        bytes.limit(end);
        room.addAndGet(-taken);
        if (bytes.hasRemaining()) {
            throw new IOException("No space left on device");
        }
    }
}
