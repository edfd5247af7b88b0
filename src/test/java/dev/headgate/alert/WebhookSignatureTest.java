// SPDX-License-Identifier: Apache-2.0
package dev.headgate.alert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headgate.call.Secret;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.Test;

class WebhookSignatureTest {
    /** The vector that the libraries of Standard Webhooks test themselves with. */
    @Test
    void signs_as_the_libraries_of_standard_webhooks_do() {
        assertThat(WebhookSignature.of(
                        new Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
                        "msg_p5jXN8AQM9LWM0D4loKWxJek",
                        1_614_265_330,
                        "{\"test\": 2432232314}"))
                .isEqualTo("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    @Test
    void takes_a_text_of_another_form_as_it_is() {
        String text = "any text will do, of any length";
        String same = "whsec_" + Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));

        assertThat(WebhookSignature.of(new Secret(text), "id", 1, "{}"))
                .isEqualTo(WebhookSignature.of(new Secret(same), "id", 1, "{}"));
        assertThatThrownBy(() -> WebhookSignature.key(new Secret("whsec_no base64")))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
