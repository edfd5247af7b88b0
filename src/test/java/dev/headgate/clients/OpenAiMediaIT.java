// SPDX-License-Identifier: Apache-2.0
package dev.headgate.clients;

import static org.assertj.core.api.Assertions.assertThat;

import com.openai.core.MultipartField;
import com.openai.models.audio.AudioResponseFormat;
import com.openai.models.audio.speech.SpeechCreateParams;
import com.openai.models.audio.transcriptions.TranscriptionCreateParams;
import com.openai.models.audio.transcriptions.TranscriptionCreateParams.TimestampGranularity;
import com.openai.models.images.ImageEditParams;
import dev.headgate.testkit.Behaviour;
import dev.headgate.testkit.Received.Part;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Binary answers and uploads with the official Java client. */
final class OpenAiMediaIT {
    private static ClientFixture clients;

    @BeforeAll
    static void start() {
        clients = new ClientFixture();
    }

    @AfterAll
    static void stop() {
        clients.close();
    }

    @Test
    void speaks_with_the_very_bytes_of_the_backend() throws IOException {
        byte[] sound = noise(300_000);
        clients.upstream()
                .next(Behaviour.raw(Buffer.buffer("HTTP/1.1 200 OK\r\ncontent-type: audio/mpeg\r\ncontent-length: "
                                + sound.length + "\r\n\r\n")
                        .appendBytes(sound)));

        try (var answer = clients.openAi().audio().speech().create(speech("up/tts"))) {
            assertThat(answer.headers().values("content-type")).containsExactly("audio/mpeg");
            assertThat(answer.body().readAllBytes()).isEqualTo(sound);
        }
    }

    @Test
    void speaks_through_the_demo_backend() throws IOException {
        try (var answer = clients.openAi().audio().speech().create(speech("demo/tts"))) {
            assertThat(answer.body().readAllBytes())
                    .startsWith('R', 'I', 'F', 'F')
                    .hasSizeGreaterThan(1_000);
        }
    }

    @Test
    void uploads_a_recording_without_a_change() {
        byte[] sound = noise(700_000);

        var answer = clients.openAi()
                .audio()
                .transcriptions()
                .create(TranscriptionCreateParams.builder()
                        .model("up/whisper")
                        .file(file("Grüße.wav", sound))
                        .addTimestampGranularity(TimestampGranularity.WORD)
                        .addTimestampGranularity(TimestampGranularity.SEGMENT)
                        .build());

        assertThat(answer.asTranscription().text()).isEqualTo("fake transcription");
        assertThat(clients.lastRequest().parts())
                .filteredOn(part -> part.name().equals("file"))
                .singleElement()
                .satisfies(part -> {
                    assertThat(part.content().getBytes()).isEqualTo(sound);
                    assertThat(part.contentType()).isEqualTo("audio/wav");
                    assertThat(part.filename()).isNotEmpty();
                });
        assertThat(clients.lastRequest().parts()).extracting(Part::name).contains("model", "timestamp_granularities[]");
    }

    @Test
    void gives_a_transcription_of_the_class_that_the_backend_sent() {
        var plain = clients.openAi()
                .audio()
                .transcriptions()
                .create(TranscriptionCreateParams.builder()
                        .model("demo/whisper")
                        .file(file("a.wav", noise(1_000)))
                        .build());
        clients.upstream()
                .next(Behaviour.json(
                        200, "{\"language\":\"english\",\"duration\":1.5,\"text\":\"Hi\",\"x_vendor\":1}"));
        var verbose = clients.openAi()
                .audio()
                .transcriptions()
                .create(TranscriptionCreateParams.builder()
                        .model("up/whisper")
                        .responseFormat(AudioResponseFormat.VERBOSE_JSON)
                        .file(file("a.wav", noise(1_000)))
                        .build());

        assertThat(plain.isTranscription()).isTrue();
        assertThat(plain.asTranscription().text()).isEqualTo("demo transcription");
        assertThat(verbose.isVerbose()).isTrue();
        assertThat(verbose.asVerbose().duration()).isEqualTo(1.5);
    }

    @Test
    void edits_an_image() {
        byte[] picture = noise(50_000);
        clients.upstream().next(Behaviour.json(200, "{\"created\":1,\"data\":[{\"b64_json\":\"AAEC\"}]}"));

        var answer = clients.openAi()
                .images()
                .edit(ImageEditParams.builder()
                        .model("up/image")
                        .prompt("Add a lighthouse")
                        .image(picture)
                        .build());

        assertThat(answer.data().orElseThrow().getFirst().b64Json()).contains("AAEC");
        assertThat(clients.lastRequest().parts())
                .filteredOn(part -> part.name().startsWith("image"))
                .singleElement()
                .satisfies(part -> assertThat(part.content().getBytes()).isEqualTo(picture));
    }

    private static SpeechCreateParams speech(String model) {
        return SpeechCreateParams.builder()
                .model(model)
                .voice(SpeechCreateParams.Voice.ALLOY)
                .input("Hello")
                .build();
    }

    private static MultipartField<InputStream> file(String name, byte[] content) {
        return MultipartField.<InputStream>builder()
                .value(new ByteArrayInputStream(content))
                .filename(name)
                .contentType("audio/wav")
                .build();
    }

    private static byte[] noise(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }
}
