// SPDX-License-Identifier: Apache-2.0
package dev.headgate.testkit;

import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/** Gzip as streaming servers use it: what was put in can be read at once, at the price of a flush for each piece. */
final class Gzip {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final GZIPOutputStream gzip;

    Gzip() {
        try {
            gzip = new GZIPOutputStream(bytes, true);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether a client that sends this {@code Accept-Encoding} takes gzip (RFC 9110, 12.5.3). */
    static boolean allowed(@Nullable String acceptEncoding) {
        for (var coding : (acceptEncoding == null ? "" : acceptEncoding)
                .toLowerCase(Locale.ROOT)
                .split(",", -1)) {
            var words = coding.replace(" ", "").split(";", -1);
            boolean refused = words.length > 1 && words[1].matches("q=0(\\.0*)?");
            if (words[0].equals("gzip") || words[0].equals("*")) {
                return !refused;
            }
        }
        return false;
    }

    Buffer add(Buffer piece) {
        try {
            gzip.write(piece.getBytes());
            gzip.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return taken();
    }

    Buffer finish() {
        try {
            gzip.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return taken();
    }

    private Buffer taken() {
        var taken = Buffer.buffer(bytes.toByteArray());
        bytes.reset();
        return taken;
    }
}
