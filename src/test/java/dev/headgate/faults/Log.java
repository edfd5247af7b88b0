// SPDX-License-Identifier: Apache-2.0
package dev.headgate.faults;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.headgate.telemetry.Logging;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import org.slf4j.LoggerFactory;

/** Everything that is logged while it is open, and the access lines as what they tell. Thread-safe. */
final class Log implements AutoCloseable {
    private final Queue<String> texts = new ConcurrentLinkedQueue<>();
    private final Queue<Map<String, Object>> lines = new ConcurrentLinkedQueue<>();
    private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    private final Logger access = (Logger) LoggerFactory.getLogger(Logging.ACCESS);
    private final Listener everything = new Listener(event -> texts.add(text(event)));
    private final Listener calls = new Listener(event -> {
        texts.add(text(event));
        lines.add(pairs(event));
    });

    Log() {
        everything.start();
        calls.start();
        root.addAppender(everything);
        access.addAppender(calls);
    }

    /** The access lines of a tenant's calls so far, in order. */
    List<Map<String, Object>> linesOf(String tenant) {
        return lines.stream().filter(line -> tenant.equals(line.get("tenant"))).toList();
    }

    /** The access lines of calls that nobody was found to have made. */
    List<Map<String, Object>> linesOfNobody() {
        return lines.stream().filter(line -> !line.containsKey("tenant")).toList();
    }

    /** All that was logged, for a search. */
    String text() {
        return String.join("\n", texts);
    }

    private static String text(ILoggingEvent event) {
        String thrown = event.getThrowableProxy() == null
                ? ""
                : " " + event.getThrowableProxy().getMessage();
        return event.getLevel() + " " + event.getLoggerName() + " " + event.getFormattedMessage() + " "
                + event.getKeyValuePairs() + thrown;
    }

    private static Map<String, Object> pairs(ILoggingEvent event) {
        return event.getKeyValuePairs().stream().collect(Collectors.toMap(pair -> pair.key, pair -> pair.value));
    }

    @Override
    public void close() {
        root.detachAppender(everything);
        access.detachAppender(calls);
    }

    private interface Ear {
        void hear(ILoggingEvent event);
    }

    private static final class Listener extends AppenderBase<ILoggingEvent> {
        private final Ear ear;

        private Listener(Ear ear) {
            this.ear = ear;
        }

        @Override
        protected void append(ILoggingEvent event) {
            ear.hear(event);
        }
    }
}
