// SPDX-License-Identifier: Apache-2.0
package dev.headgate.alert;

import dev.headgate.call.Secret;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The symmetric signature of Standard Webhooks 1.0.0 (standardwebhooks.com): {@code v1,} and the Base64 of HMAC-SHA256 over
 * {@code id.timestamp.body}. Pure.
 */
public final class WebhookSignature {
    private static final String PREFIX = "whsec_";
    private static final String ALGORITHM = "HmacSHA256";

    private WebhookSignature() {}

    /**
     * The bytes to sign with: those that stand in Base64 behind {@code whsec_}, or a text of another form as it is.
     *
     * @throws IllegalArgumentException if there is no Base64 behind {@code whsec_}, or nothing at all
     */
    public static byte[] key(Secret secret) {
        String text = secret.reveal();
        byte[] key = text.startsWith(PREFIX)
                ? Base64.getDecoder().decode(text.substring(PREFIX.length()))
                : text.getBytes(StandardCharsets.UTF_8);
        if (key.length == 0) {
            throw new IllegalArgumentException("nothing can be signed with nothing");
        }
        return key;
    }

    /**
     * What {@code webhook-signature} says.
     *
     * @param id without dots
     * @param timestamp in seconds since 1970
     */
    static String of(Secret secret, String id, long timestamp, String body) {
        return "v1," + Base64.getEncoder().encodeToString(mac(secret, id + '.' + timestamp + '.' + body));
    }

    static byte[] mac(Secret secret, String text) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(key(secret), ALGORITHM));
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has " + ALGORITHM, e);
        }
    }
}
