// SPDX-License-Identifier: Apache-2.0
package dev.headgate.telemetry;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.encoder.Encoder;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import net.logstash.logback.encoder.LogstashEncoder;
import org.slf4j.LoggerFactory;

/**
 * The gateway's log: one line an event on standard output, text for people and JSON for machines, written by one thread so that
 * nobody who logs ever waits. Key-value pairs of an event become flat JSON members with their own types.
 */
public final class Logging {
    /** The logger of access lines, one a call. */
    public static final String ACCESS = "headgate.access";

    private static final String TEXT = "%d{HH:mm:ss.SSS} %-5level %logger{0} - %msg %kvp%n%rEx";

    private Logging() {}

    /** What a line looks like; {@code AUTO} is text on a terminal and JSON elsewhere. */
    public enum Format {
        AUTO,
        TEXT,
        JSON
    }

    /** Applies the configured format. Lines that were logged before are written first. */
    public static void configure(Format format, boolean terminal) {
        if (System.getProperty("logback.configurationFile") == null) {
            apply(context(), format, terminal);
        }
    }

    /**
     * Whether standard output is a terminal: what the launcher found out and said in {@code headgate.terminal}. The JVM itself
     * cannot tell before Java 22.
     */
    public static boolean isTerminal() {
        return Boolean.getBoolean("headgate.terminal");
    }

    /** Lines that were dropped since the start because the queue was full. */
    public static long dropped() {
        return context().getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME).getAppender(LogQueue.NAME)
                        instanceof LogQueue queue
                ? queue.dropped()
                : 0;
    }

    /** Writes what is queued, at most for two seconds, and ends logging; the last act of the process. */
    public static void stop() {
        context().stop();
    }

    static void apply(LoggerContext context, Format format, boolean terminal) {
        boolean text = format == Format.TEXT || (format == Format.AUTO && terminal);
        OutputStream out = new FileOutputStream(FileDescriptor.out);
        install(context, new LogQueue(text ? text() : json(), out));
    }

    static void install(LoggerContext context, LogQueue queue) {
        Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.detachAndStopAllAppenders();
        queue.start(context);
        root.addAppender(queue);
        root.setLevel(Level.INFO);
        context.getLogger("io.netty").setLevel(Level.WARN);
        context.getLogger("io.vertx").setLevel(Level.WARN);
        // Connections of one pool share its meters, and each but the first would warn of that.
        context.getLogger("io.micrometer").setLevel(Level.ERROR);
        // It logs a whole stack at every scan while a watched file is missing; our own watcher says it once.
        context.getLogger("io.vertx.config").setLevel(Level.OFF);
    }

    static Encoder<ILoggingEvent> text() {
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setPattern(TEXT);
        return encoder;
    }

    static Encoder<ILoggingEvent> json() {
        LogstashEncoder encoder = new LogstashEncoder();
        encoder.getFieldNames().setTimestamp("time");
        encoder.getFieldNames().setLogger("logger");
        encoder.getFieldNames().setThread("thread");
        encoder.getFieldNames().setVersion(null);
        encoder.getFieldNames().setLevelValue(null);
        encoder.setTimeZone("UTC");
        return encoder;
    }

    private static LoggerContext context() {
        return (LoggerContext) LoggerFactory.getILoggerFactory();
    }
}
