// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headgate.call.CallFailure;
import dev.headgate.call.RequestBody.Outgoing;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.streams.ReadStream;
import io.vertx.junit5.VertxExtension;
import java.io.ByteArrayInputStream;
import java.util.Base64;
import javax.imageio.ImageIO;
import javax.sound.sampled.AudioSystem;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(VertxExtension.class)
class DemoMediaTest {
    private DemoCalls demo;

    @BeforeEach
    void start(Vertx vertx) {
        demo = new DemoCalls(vertx);
    }

    @Test
    void images_are_real_pictures_of_the_colour_that_the_request_gives() throws Exception {
        var data = demo.post("/images/generations", "{\"prompt\":\"a cat\",\"n\":2}")
                .json()
                .path("data");
        var image = ImageIO.read(new ByteArrayInputStream(
                Base64.getDecoder().decode(data.get(0).path("b64_json").asText())));
        assertThat(image.getWidth()).isEqualTo(8);
        assertThat(image.getRGB(0, 0)).isEqualTo(image.getRGB(7, 7));
        assertThat(data).hasSize(2);
        assertThat(data.get(1)).isNotEqualTo(data.get(0));
    }

    @Test
    void an_image_url_is_a_data_url() {
        var body = "{\"prompt\":\"a cat\",\"response_format\":\"url\"}";
        assertThat(demo.post("/images/generations", body)
                        .json()
                        .at("/data/0/url")
                        .asText())
                .startsWith("data:image/png;base64,");
    }

    @Test
    void edits_and_variations_take_forms() {
        for (var path : new String[] {"/images/edits", "/images/variations"}) {
            assertThat(upload(path, form("json")).json().at("/data/0/b64_json").asText())
                    .isNotEmpty();
        }
    }

    @Test
    void speech_is_a_playable_wave() throws Exception {
        var answer = demo.post("/audio/speech", "{\"model\":\"tts\",\"input\":\"hello\"}");
        assertThat(answer.headers().get("content-type")).isEqualTo("audio/wav");
        try (var audio = AudioSystem.getAudioInputStream(
                new ByteArrayInputStream(answer.body().getBytes()))) {
            assertThat(audio.getFrameLength()).isEqualTo(2_000);
            assertThat(audio.getFormat().getSampleRate()).isEqualTo(8_000);
        }
    }

    @Test
    void a_transcription_is_json_unless_the_form_asks_for_text() {
        assertThat(upload("/audio/transcriptions", form("json"))
                        .json()
                        .path("text")
                        .asText())
                .isEqualTo("demo transcription");
        var plain = upload("/v1/audio/translations", form("text"));
        assertThat(plain.headers().get("content-type")).startsWith("text/plain");
        assertThat(plain.body().toString()).isEqualTo("demo transcription\n");
    }

    @Test
    void a_form_that_breaks_off_is_never_answered() {
        var half = new Form(Buffer.buffer("--b\r\n"), true);
        assertThatThrownBy(() -> demo.send(HttpMethod.POST, "/audio/transcriptions", new Outgoing.Streamed(half, -1)))
                .isInstanceOf(CallFailure.class);
    }

    private DemoCalls.Answer upload(String path, Buffer form) {
        return demo.send(HttpMethod.POST, path, new Outgoing.Streamed(new Form(form, false), form.length()));
    }

    /** The small field behind half a megabyte of audio. */
    private static Buffer form(String format) {
        return Buffer.buffer("--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.wav\"\r\n\r\n")
                .appendBytes(new byte[512 * 1024])
                .appendString("\r\n--b\r\nContent-Disposition: form-data; name=\"response_format\"\r\n\r\n" + format
                        + "\r\n--b--\r\n");
    }

    /** Hands over its bytes in pieces of 10,000 as soon as it is resumed, then ends or breaks. */
    private static final class Form implements ReadStream<Buffer> {
        private final Buffer bytes;
        private final boolean breaks;
        private Handler<Buffer> handler = ignored -> {};
        private Handler<Void> ended = ignored -> {};
        private Handler<Throwable> broken = ignored -> {};

        Form(Buffer bytes, boolean breaks) {
            this.bytes = bytes;
            this.breaks = breaks;
        }

        @Override
        public Form exceptionHandler(@Nullable Handler<Throwable> handler) {
            broken = or(handler);
            return this;
        }

        @Override
        public Form handler(@Nullable Handler<Buffer> handler) {
            this.handler = or(handler);
            return this;
        }

        @Override
        public Form endHandler(@Nullable Handler<Void> handler) {
            ended = or(handler);
            return this;
        }

        private static <T> Handler<T> or(@Nullable Handler<T> handler) {
            return handler == null ? ignored -> {} : handler;
        }

        @Override
        public Form pause() {
            return this;
        }

        @Override
        public Form resume() {
            for (int at = 0; at < bytes.length(); at += 10_000) {
                handler.handle(bytes.getBuffer(at, Math.min(bytes.length(), at + 10_000)));
            }
            if (breaks) {
                broken.handle(new IllegalStateException("gone"));
            } else {
                ended.handle(null);
            }
            return this;
        }

        @Override
        public Form fetch(long amount) {
            return resume();
        }
    }
}
