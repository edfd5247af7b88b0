// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UpstreamMessageTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                "{\"error\":{\"message\":\"m\",\"type\":\"t\",\"param\":null,\"code\":\"c\"}} | m | t | c | 0",
                "{\"x\":[{\"error\":{\"message\":\"no\"}}],\"error\":{\"message\":\"m\",\"code\":503}} | m | - | 503 | 503",
                "{\"error\":{\"message\":\"m\",\"status\":400,\"code\":\"c\",\"innererror\":{\"code\":\"no\"}}} | m | - | c | 400",
                "{\"error\":\"m\"} | m | - | - | 0",
                "{\"error\":null,\"message\":\"no\"} | - | - | - | 0",
                "{\"message\":\"no\",\"type\":\"t\"} | - | - | - | 0",
                "{\"object\":\"error\",\"message\":\"m\",\"type\":\"BadRequestError\",\"code\":400} | m | BadRequestError | 400 | 400",
                "{\"type\":\"error\",\"code\":\"c\",\"message\":\"m\"} | m | - | c | 0",
                "{\"type\":\"response.failed\",\"response\":{\"status\":\"failed\",\"error\":{\"code\":\"c\",\"message\":\"m\"}}} | m | - | c | 0",
                "[1] | - | - | - | 0",
                "{\"error\":{\"message\":\"cut | - | - | - | 0",
                "<html> | - | - | - | 0"
            })
    void reads_an_error_wherever_the_api_puts_it(String body, String message, String type, String code, int status) {
        assertThat(UpstreamMessage.in(Buffer.buffer(body))).isEqualTo(new UpstreamMessage(message, type, code, status));
    }

    @Test
    void shortens_what_is_long() {
        String body = "{\"error\":{\"message\":\"" + "x".repeat(600) + "\"}}";
        assertThat(UpstreamMessage.in(Buffer.buffer(body)).message()).hasSize(500);
    }
}
