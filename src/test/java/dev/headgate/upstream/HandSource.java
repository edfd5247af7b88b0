// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream;

import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** A backend's body by hand: what is fed comes at once, or after a pause, in order; a break overtakes what is paused, as in the client. */
class HandSource implements ReadStream<Buffer> {
    private final Deque<Runnable> queue = new ArrayDeque<>();
    private Handler<Buffer> handler = ignored -> {};
    private Handler<Void> endHandler = ignored -> {};
    private Handler<Throwable> exceptionHandler = ignored -> {};
    private boolean paused = true;

    void feed(String text, int... cuts) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int at = 0;
        for (int i = 0; at < bytes.length; i++) {
            int next = cuts.length == 0 ? bytes.length : Math.min(bytes.length, at + cuts[i % cuts.length]);
            piece(Buffer.buffer(Arrays.copyOfRange(bytes, at, next)));
            at = next;
        }
    }

    void piece(Buffer bytes) {
        queue.add(() -> handler.handle(bytes));
        drain();
    }

    void end() {
        queue.add(() -> endHandler.handle(null));
        drain();
    }

    void breakOff() {
        breakOff(new java.io.IOException("reset"));
    }

    void breakOff(Throwable cause) {
        exceptionHandler.handle(cause);
    }

    boolean isPaused() {
        return paused;
    }

    private void drain() {
        while (!paused && !queue.isEmpty()) {
            queue.remove().run();
        }
    }

    @Override
    public HandSource handler(@Nullable Handler<Buffer> to) {
        if (to != null) {
            handler = to;
        }
        return this;
    }

    @Override
    public HandSource endHandler(@Nullable Handler<Void> to) {
        if (to != null) {
            endHandler = to;
        }
        return this;
    }

    @Override
    public HandSource exceptionHandler(@Nullable Handler<Throwable> to) {
        if (to != null) {
            exceptionHandler = to;
        }
        return this;
    }

    @Override
    public HandSource pause() {
        paused = true;
        return this;
    }

    @Override
    public HandSource resume() {
        paused = false;
        drain();
        return this;
    }

    @Override
    public HandSource fetch(long amount) {
        return resume();
    }
}
