// SPDX-License-Identifier: Apache-2.0
package dev.headgate.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.call.CallFailure;
import dev.headgate.call.Endpoint;
import dev.headgate.call.RequestBody.Outgoing;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.streams.ReadStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Forms over real sockets; the server hands the outgoing stream to the test instead of a backend. */
class MultipartBodyIT {
    private static final int MAX = 8 << 20;

    @TempDir
    private Path directory;

    private final BlockingQueue<String> outcomes = new LinkedBlockingQueue<>();
    private final AtomicLong forwarded = new AtomicLong();
    private final BodyBudget budget = new BodyBudget(64 << 20, Duration.ofHours(1));
    private Path spools = Path.of("");
    private Endpoint endpoint = Endpoint.TRANSCRIPTIONS;
    private Targets target = Targets.plain().id("other");
    private volatile boolean stalled;
    private volatile @Nullable ReadStream<Buffer> stream;
    private volatile @Nullable Context serverContext;
    private Vertx vertx;
    private int port;

    @BeforeEach
    void start() throws Exception {
        spools = directory;
        vertx = Vertx.vertx();
        port = await(vertx.createHttpServer().requestHandler(this::answer).listen(0, "127.0.0.1"))
                .actualPort();
    }

    @AfterEach
    void stop() throws Exception {
        await(vertx.close());
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    private void answer(HttpServerRequest request) {
        request.pause();
        vertx.runOnContext(v -> MultipartBody.read(request, endpoint, new MultipartBody.Limits(MAX, spools, budget))
                .onSuccess(body -> vertx.runOnContext(w -> collect(request, body)))
                .onFailure(cause -> failed(request, "unread: ", cause)));
    }

    /** Reports how the stream ended, with its model, length and content. */
    private void collect(HttpServerRequest request, MultipartBody body) {
        Outgoing.Streamed out = (Outgoing.Streamed) body.to(target.build());
        stream = out.stream();
        serverContext = Vertx.currentContext();
        Buffer all = Buffer.buffer();
        out.stream()
                .exceptionHandler(cause -> {
                    body.release();
                    failed(request, "broken: ", cause);
                })
                .endHandler(v -> {
                    body.release();
                    outcomes.add("complete: " + body.model() + " " + (out.length() < 0 || out.length() == all.length())
                            + " " + out.length());
                    request.response().end(all);
                })
                .handler(piece -> {
                    forwarded.addAndGet(piece.length());
                    all.appendBuffer(piece);
                    if (stalled) {
                        out.stream().pause();
                    }
                });
    }

    private void failed(HttpServerRequest request, String prefix, Throwable cause) {
        if (cause instanceof CallFailure failure) {
            outcomes.add(prefix + failure.error().kind().status() + " "
                    + failure.error().message());
            request.response()
                    .setStatusCode(failure.error().kind().status())
                    .end(failure.error().message());
        } else {
            outcomes.add(prefix
                    + (cause instanceof HttpClosedException
                            ? "client"
                            : cause.getClass().getSimpleName()));
        }
    }

    private String outcome() throws InterruptedException {
        String outcome = outcomes.poll(10, TimeUnit.SECONDS);
        return outcome == null ? "nothing happened" : outcome;
    }

    private static String head(String more) {
        return "POST / HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=B\r\n" + more + "\r\n";
    }

    private static String file(int size) {
        return "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"日.mp3\"\r\n\r\n"
                + "01234567\r\n9".repeat(size / 11) + "\r\n";
    }

    private static String model(String name) {
        return "--B\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\n" + name + "\r\n";
    }

    private String post(String headers, String form) throws IOException {
        try (RawClient client = new RawClient(port)) {
            String length = "Content-Length: " + form.getBytes(UTF_8).length + "\r\n";
            String answer = client.send(head(length + headers) + form).readAnswer();
            return answer.substring(answer.indexOf("\r\n\r\n") + 4);
        }
    }

    private void assertNothingIsLeft() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files).isEmpty();
        }
        assertThat(budget.used()).isZero();
    }

    @Test
    void sends_a_form_whose_model_comes_first() throws Exception {
        String form = model("whisper-1") + file(1000) + "--B--\r\n";
        assertThat(post("", form)).isEqualTo(form.replace("whisper-1", "other"));
        assertThat(outcome()).startsWith("complete: whisper-1 true " + (form.getBytes(UTF_8).length - 4));
        assertNothingIsLeft();
    }

    @Test
    void sends_a_form_whose_file_comes_first() throws Exception {
        String form = file(1000) + model("whisper-1") + file(3000) + "--B--\r\n";
        assertThat(post("", form)).isEqualTo(form.replace("whisper-1", "other"));
        assertThat(outcome()).startsWith("complete: whisper-1 true");
    }

    @Test
    void keeps_the_clients_model_for_a_target_without_an_id() throws Exception {
        target = Targets.plain();
        String form = file(100) + model("whisper-1") + "--B--";
        assertThat(post("", form)).isEqualTo(form);
    }

    @Test
    void spools_a_large_file_to_disk_and_leaves_nothing_behind() throws Exception {
        String form = file(3 << 20) + model("whisper-1") + file(1 << 20) + "--B--\r\n";
        assertThat(post("", form)).isEqualTo(form.replace("whisper-1", "other"));
        assertThat(outcome()).startsWith("complete: whisper-1 true");
        assertNothingIsLeft();
    }

    @Test
    void needs_the_disk_for_what_comes_before_the_model_and_is_large() throws Exception {
        spools = directory.resolve("missing");
        String small = file(200_000) + model("whisper-1") + file(1 << 20) + "--B--\r\n";
        assertThat(post("", small)).isEqualTo(small.replace("whisper-1", "other"));
        assertThat(outcome()).startsWith("complete");
        try (RawClient client = new RawClient(port)) {
            client.send(head("Content-Length: 500000\r\n") + file(400_000));
            assertThat(outcome()).isEqualTo("unread: FileSystemException");
        }
        assertThat(budget.used()).isZero();
    }

    @Test
    void has_no_length_for_a_chunked_form() throws Exception {
        try (RawClient client = new RawClient(port)) {
            client.send(head("Transfer-Encoding: chunked\r\n"));
            client.chunk(file(400_000)).chunk(model("m")).chunk("--B-").chunk("-\r\n");
            client.chunk("").readAnswer();
        }
        assertThat(outcome()).isEqualTo("complete: m true -1");
    }

    @Test
    void takes_the_route_from_its_header_and_rewrites_the_part_when_it_comes() throws Exception {
        String form = file(500_000) + model("whisper-1") + "--B--\r\n";
        assertThat(post("x-headgate-route: speech\r\n", form)).isEqualTo(form.replace("whisper-1", "other"));
        assertThat(outcome()).isEqualTo("complete: speech true -1");
        target = Targets.plain();
        assertThat(post("x-headgate-route: speech\r\n", form)).isEqualTo(form.replace("whisper-1", "speech"));
    }

    @Test
    void passes_forms_of_stateful_endpoints_as_they_are() throws Exception {
        endpoint = Endpoint.FILES_CREATE;
        String form = file(500_000) + model("x") + model("x") + "--B--\r\n";
        assertThat(post("", form)).isEqualTo(form);
        assertThat(outcome()).isEqualTo("complete: null true " + form.getBytes(UTF_8).length);
    }

    @Test
    void refuses_a_form_without_a_model() throws Exception {
        assertThat(post("", file(100) + "--B--\r\n")).startsWith("The form has no 'model' part;");
        assertThat(outcome()).startsWith("unread: 400");
        assertNothingIsLeft();
    }

    @Test
    void refuses_a_form_that_ends_without_its_closing_boundary() throws Exception {
        assertThat(post("", file(400_000))).endsWith("it ends without its closing boundary.");
        assertThat(outcome()).startsWith("unread: 400");
        assertThat(post("", model("m") + file(100))).endsWith("it ends without its closing boundary.");
        assertThat(outcome()).startsWith("broken: 400");
        assertNothingIsLeft();
    }

    @Test
    void breaks_a_stream_off_at_a_second_model_part() throws Exception {
        post("", model("m") + file(300_000) + model("n") + "--B--");
        assertThat(outcome()).isEqualTo("broken: 400 The form has two 'model' parts.");
    }

    @Test
    void never_ends_a_stream_whose_client_left() throws Exception {
        try (RawClient client = new RawClient(port)) {
            client.send(head("Transfer-Encoding: chunked\r\n")).chunk(model("m") + file(100_000));
            awaitAtLeast(forwarded, 1);
        }
        assertThat(outcome()).isEqualTo("broken: client");
        assertNothingIsLeft();
    }

    @Test
    void drops_the_spool_of_a_client_that_left() throws Exception {
        try (RawClient client = new RawClient(port)) {
            client.send(head("Content-Length: 5000000\r\n") + file(1 << 20));
        }
        assertThat(outcome()).isEqualTo("unread: client");
        assertNothingIsLeft();
    }

    @Test
    void refuses_more_than_the_limit_declared_or_not() throws Exception {
        try (RawClient client = new RawClient(port)) {
            assertThat(client.send(head("Content-Length: " + (MAX + 1) + "\r\n"))
                            .readAnswer())
                    .startsWith("HTTP/1.1 413")
                    .endsWith("(server.maxUpload).");
        }
        assertThat(outcome()).startsWith("unread: 413");
        try (RawClient client = new RawClient(port)) {
            client.send(head("Transfer-Encoding: chunked\r\n")).chunk(model("m"));
            client.chunk(file(MAX + 100));
            assertThat(client.readUntil("\r\n")).startsWith("HTTP/1.1 413");
        }
        assertThat(outcome()).startsWith("broken: 413");
    }

    @Test
    void reads_no_further_than_a_slow_consumer_takes() throws Exception {
        stalled = true;
        byte[] form = (model("m") + file(6 << 20) + "--B--").getBytes(UTF_8);
        AtomicLong written = new AtomicLong();
        try (RawClient client = new RawClient(port)) {
            client.send(head("Content-Length: " + form.length + "\r\n"));
            Thread.ofVirtual().start(() -> write(client, form, written));
            awaitAtLeast(written, 1 << 20);
            awaitAtLeast(forwarded, 1);
            ReadStream<Buffer> paused = Objects.requireNonNull(stream);
            Context loop = Objects.requireNonNull(serverContext);
            for (int i = 0; i < 50; i++) {
                await(Future.future(turn -> loop.runOnContext(v -> turn.complete())));
            }
            assertThat(forwarded.get()).isLessThan(256 << 10);
            stalled = false;
            loop.runOnContext(v -> paused.resume());
            assertThat(outcome()).startsWith("complete: m true");
        }
    }

    private static void write(RawClient client, byte[] form, AtomicLong written) {
        try {
            for (int at = 0; at < form.length; at += 1 << 16) {
                client.send(Arrays.copyOfRange(form, at, Math.min(form.length, at + (1 << 16))));
                written.addAndGet(1 << 16);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void awaitAtLeast(AtomicLong counter, long bytes) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (counter.get() < bytes && System.nanoTime() < deadline) {
            Thread.onSpinWait();
        }
        assertThat(counter.get()).isGreaterThanOrEqualTo(bytes);
    }
}
