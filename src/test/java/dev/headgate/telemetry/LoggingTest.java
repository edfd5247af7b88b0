// SPDX-License-Identifier: Apache-2.0
package dev.headgate.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.encoder.Encoder;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LoggingTest {
    private final LoggerContext context = new LoggerContext();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    LoggingTest() {
        context.setMDCAdapter(new LogbackMDCAdapter());
    }

    @Test
    void json_lines_are_flat_and_keep_the_types_of_values() throws IOException {
        logTo(Logging.json());

        context.getLogger(Logging.ACCESS)
                .atInfo()
                .addKeyValue("status", 200)
                .addKeyValue("seconds", 0.25)
                .addKeyValue("stream", true)
                .addKeyValue("model", "chat \"x\"\n")
                .log("call");

        JsonNode line = new ObjectMapper().readTree(written());
        assertThat(line.get("status").isInt()).isTrue();
        assertThat(line.get("seconds").isDouble()).isTrue();
        assertThat(line.get("stream").isBoolean()).isTrue();
        assertThat(line.get("model").asText()).isEqualTo("chat \"x\"\n");
        assertThat(line.get("message").asText()).isEqualTo("call");
        assertThat(line.get("logger").asText()).isEqualTo("headgate.access");
        assertThat(line.get("level").asText()).isEqualTo("INFO");
        assertThat(line.get("time").asText()).endsWith("Z");
        assertThat(line.properties()).allMatch(member -> member.getValue().isValueNode());
        assertThat(written()).endsWith("}\n");
    }

    @Test
    void text_lines_show_values_and_the_stack() {
        logTo(Logging.text());

        context.getLogger("dev.headgate.Gateway")
                .atWarn()
                .addKeyValue("port", 8080)
                .setCause(new IllegalStateException("taken"))
                .log("cannot listen");

        assertThat(written())
                .containsPattern("\\d\\d:\\d\\d:\\d\\d\\.\\d{3} WARN  Gateway - cannot listen port=\"8080\"\n")
                .contains("IllegalStateException: taken");
    }

    @Test
    void libraries_speak_up_only_to_warn() {
        logTo(Logging.text());

        assertThat(context.getLogger("io.netty.channel").getEffectiveLevel()).isEqualTo(Level.WARN);
        assertThat(context.getLogger("io.vertx.core").getEffectiveLevel()).isEqualTo(Level.WARN);
        assertThat(context.getLogger("io.vertx.config.impl").getEffectiveLevel())
                .isEqualTo(Level.OFF);
        assertThat(context.getLogger("dev.headgate").getEffectiveLevel()).isEqualTo(Level.INFO);
    }

    @Test
    void a_new_format_is_applied_after_the_lines_logged_before() {
        logTo(Logging.text());
        context.getLogger("a").info("first");

        Logging.install(context, new LogQueue(Logging.json(), out));
        context.getLogger("a").info("second");

        assertThat(written()).matches("(?s)[0-9:.]+ INFO  a - first \n\\{.*\"message\":\"second\".*}\n");
    }

    @Test
    void counts_what_a_full_queue_drops_and_makes_nobody_wait() throws InterruptedException {
        CountDownLatch writing = new CountDownLatch(1);
        CountDownLatch mayWrite = new CountDownLatch(1);
        LogQueue queue = new LogQueue(Logging.text(), blocked(writing, mayWrite));
        Logging.install(context, queue);

        context.getLogger("a").info("the one being written");
        assertThat(writing.await(10, TimeUnit.SECONDS)).isTrue();
        for (int i = 0; i < LogQueue.CAPACITY + 100; i++) {
            context.getLogger("a").info("line {}", i);
        }

        assertThat(queue.dropped()).isEqualTo(100);
        mayWrite.countDown();
        assertThat(written().lines()).hasSize(1 + LogQueue.CAPACITY);
    }

    @Test
    void an_event_that_cannot_be_told_costs_only_itself() {
        logTo(Logging.text());
        Object broken = new Object() {
            @Override
            public String toString() {
                throw new IllegalStateException("no text");
            }
        };

        context.getLogger("a").atInfo().addKeyValue("x", broken).log("broken");
        context.getLogger("a").info("fine");

        assertThat(written()).endsWith("INFO  a - fine \n").doesNotContain("broken");
    }

    private void logTo(Encoder<ILoggingEvent> encoder) {
        Logging.install(context, new LogQueue(encoder, out));
    }

    private String written() {
        context.stop();
        return out.toString(StandardCharsets.UTF_8);
    }

    private OutputStream blocked(CountDownLatch writing, CountDownLatch mayWrite) {
        return new OutputStream() {
            @Override
            public void write(int b) {
                throw new AssertionError("the queue writes blocks");
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                writing.countDown();
                try {
                    mayWrite.await();
                } catch (InterruptedException e) {
                    // The queue asks its writer to stop; the line is still written.
                }
                out.write(bytes, offset, length);
            }
        };
    }
}
