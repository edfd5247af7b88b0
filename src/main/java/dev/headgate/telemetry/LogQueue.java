// SPDX-License-Identifier: Apache-2.0
package dev.headgate.telemetry;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import ch.qos.logback.core.encoder.Encoder;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * A bounded queue in front of the output: any thread appends and never waits, one daemon thread encodes and writes in batches
 * with one flush each. An event that finds the queue full is dropped and counted.
 */
final class LogQueue extends UnsynchronizedAppenderBase<ILoggingEvent> {
    static final String NAME = "headgate";
    static final int CAPACITY = 8192;

    /** While events come, the writer looks only this often, so that callers need not wake it for each line. */
    private static final long PAUSE_MILLIS = 5;

    private static final long STOP_MILLIS = 2_000;

    private final BlockingQueue<ILoggingEvent> queue = new ArrayBlockingQueue<>(CAPACITY);
    private final Encoder<ILoggingEvent> encoder;
    private final OutputStream out;
    private final LongAdder dropped = new LongAdder();
    private final Thread writer = new Thread(this::write, "headgate-log");
    private volatile boolean stopping;

    LogQueue(Encoder<ILoggingEvent> encoder, OutputStream out) {
        this.encoder = encoder;
        this.out = new BufferedOutputStream(out, 64 * 1024);
        setName(NAME);
    }

    /** Events that this queue dropped. */
    long dropped() {
        return dropped.sum();
    }

    void start(LoggerContext context) {
        setContext(context);
        encoder.setContext(context);
        encoder.start();
        writer.setDaemon(true);
        writer.start();
        super.start();
    }

    @Override
    protected void append(ILoggingEvent event) {
        event.prepareForDeferredProcessing();
        if (!queue.offer(event)) {
            dropped.increment();
        }
    }

    @Override
    public void stop() {
        if (!isStarted()) {
            return;
        }
        super.stop();
        stopping = true;
        writer.interrupt();
        try {
            writer.join(STOP_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void write() {
        List<ILoggingEvent> batch = new ArrayList<>();
        while (!stopping) {
            try {
                batch.add(queue.take());
                queue.drainTo(batch);
                write(batch);
                TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
            } catch (InterruptedException e) {
                // Only stop() interrupts; the loop's condition says so.
            }
        }
        queue.drainTo(batch);
        write(batch);
    }

    private void write(List<ILoggingEvent> batch) {
        try {
            for (ILoggingEvent event : batch) {
                out.write(encode(event));
            }
            out.flush();
        } catch (IOException e) {
            // The reader of our output is gone: there is no better place left to say so.
            addError("cannot write the log", e);
        }
        batch.clear();
    }

    /** A value of an event whose {@code toString} throws costs its own line, not the log. */
    private byte[] encode(ILoggingEvent event) {
        try {
            return encoder.encode(event);
        } catch (RuntimeException e) {
            addError("cannot encode an event", e);
            dropped.increment();
            return new byte[0];
        }
    }
}
