// SPDX-License-Identifier: Apache-2.0
package dev.headgate.auth;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A revocation as one line of JSON, as stores keep it. Pure. */
public final class RevocationLine {
    private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");

    private RevocationLine() {}

    /** Without a line end. */
    public static String of(Revocation revocation) {
        return new JsonObject()
                .put("digest", revocation.digest())
                .put("tenant", revocation.tenant())
                .put("key", revocation.key())
                .put("reason", revocation.reason())
                .put("at", revocation.at())
                .encode();
    }

    /** Null if the line is torn, or is something else. */
    public static @Nullable Revocation read(String line) {
        try {
            JsonObject json = new JsonObject(line);
            String digest = json.getString("digest");
            Instant at = json.getInstant("at");
            return digest == null || at == null || !DIGEST.matcher(digest).matches()
                    ? null
                    : new Revocation(
                            digest,
                            json.getString("tenant", ""),
                            json.getString("key", ""),
                            json.getString("reason", ""),
                            at);
        } catch (DecodeException | DateTimeException | ClassCastException e) {
            return null;
        }
    }
}
