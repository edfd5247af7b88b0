// SPDX-License-Identifier: Apache-2.0
package dev.headgate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.testkit.Behaviour;
import dev.headgate.testkit.FakeUpstream;
import dev.headgate.testkit.GatewayFixture;
import dev.headgate.testkit.Received;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a call and its answer look like on both sides of the gateway. */
final class DataPathIT {
    private static FakeUpstream upstream;
    private static GatewayFixture gateway;

    @BeforeAll
    static void start() {
        upstream = FakeUpstream.start();
        gateway = GatewayFixture.start(GatewayFixture.routesTo(upstream));
        gateway.post("/chat/completions", "{\"model\":\"chat\"}");
    }

    @AfterAll
    static void stop() {
        gateway.close();
        upstream.close();
    }

    @Test
    void changes_nothing_of_a_body_but_the_model() {
        String body =
                "{ \"messages\" : [ {\"role\":\"user\",\"content\":\"h\\u00e9\\ud83d\"} ],\n\t\"model\"  :  \"chat\" ,"
                        + "\"seed\":12345678901234567890, \"x_unknown\":{\"a\":[1.0,1e3]} , \"x_unknown\":2 }";
        upstream.next(Behaviour.chat("hello"));

        HttpResponse<String> answer = gateway.post("/chat/completions", body);

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(last()).isEqualTo(body.replace("\"chat\"", "\"vendor-model\""));
    }

    @Test
    void relays_a_stream_and_takes_out_only_the_usage_chunk_that_it_asked_for() {
        upstream.next(Behaviour.stream("Hel", "lo"));

        HttpResponse<String> answer =
                gateway.post("/chat/completions", "{\"model\":\"chat\",\"stream\":true,\"messages\":[]}");

        assertThat(answer.headers().firstValue("content-type"))
                .hasValueSatisfying(v -> assertThat(v).startsWith("text/event-stream"));
        assertThat(answer.body())
                .contains("Hel")
                .contains("lo")
                .endsWith("data: [DONE]\n\n")
                .doesNotContain("prompt_tokens");
        assertThat(last()).contains("\"stream_options\":{\"include_usage\":true}");
    }

    @Test
    void leaves_the_usage_chunk_to_a_client_that_asked_for_it() {
        upstream.next(Behaviour.stream("Hel", "lo"));

        HttpResponse<String> answer = gateway.post(
                "/chat/completions",
                "{\"model\":\"chat\",\"stream\":true,\"stream_options\":{\"include_usage\":true},\"messages\":[]}");

        assertThat(answer.body()).contains("prompt_tokens").endsWith("data: [DONE]\n\n");
    }

    @Test
    void gives_the_same_stream_however_its_bytes_are_cut() {
        for (int cut : new int[] {1, 2, 3, 7, 64}) {
            upstream.next(Behaviour.stream("Grüße ", "an 🌍", "alle").splitEvery(cut));

            HttpResponse<String> answer =
                    gateway.post("/chat/completions", "{\"model\":\"chat\",\"stream\":true,\"messages\":[]}");

            assertThat(answer.body())
                    .as("cut every %d bytes", cut)
                    .contains("Grüße ")
                    .contains("an 🌍")
                    .endsWith("data: [DONE]\n\n")
                    .doesNotContain("prompt_tokens");
        }
    }

    @Test
    void passes_unknown_events_fields_comments_and_spacing_as_they_are() {
        String stream =
                ": hello\n\nid: 7\nretry: 10\nevent: vendor.thing\ndata: { \"a\" : 1e3 ,\"n\":12345678901234567890}\n\n"
                        + "data: {\"choices\":[{\"delta\":{\"content\":\"\\ud83d\"},\"x_vendor\":[ ]}]}\r\n\r\n"
                        + "data: {\"a\":\ndata: 1}\n\nunknown-field: x\n\n\n\ndata: [DONE]\n\n";
        upstream.next(Behaviour.rawEvents(stream));

        HttpResponse<String> answer = gateway.post(
                "/chat/completions",
                "{\"model\":\"chat\",\"stream\":true,\"stream_options\":{\"include_usage\":true},\"messages\":[]}");

        assertThat(answer.body()).isEqualTo(stream);
    }

    @Test
    void passes_an_unknown_answer_as_it_is() {
        String body =
                "{ \"usage\" : {\"prompt_tokens\":1, \"completion_tokens\":2 },\n \"vendor\":{\"n\":0.10,\"big\":1e400} }";
        upstream.next(Behaviour.json(200, body).header("x-vendor", "kept"));

        HttpResponse<String> answer = gateway.post("/chat/completions", "{\"model\":\"chat\",\"messages\":[]}");

        assertThat(answer.body()).isEqualTo(body);
        assertThat(answer.headers().firstValue("x-vendor")).hasValue("kept");
    }

    private static String last() {
        Received received = upstream.requests().getLast();
        return received.body().toString();
    }
}
