// SPDX-License-Identifier: Apache-2.0
package dev.headgate.testkit;

import dev.headgate.testkit.Received.Part;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Takes a complete multipart/form-data body (RFC 7578) apart, byte for byte. */
final class Multipart {
    private static final Pattern BOUNDARY = Pattern.compile("multipart/.*boundary=\"?([^\";]+)\"?.*");

    private Multipart() {}

    static List<Part> parts(@Nullable String contentType, Buffer body) {
        var boundary = BOUNDARY.matcher(contentType == null ? "" : contentType);
        if (!boundary.matches()) {
            return List.of();
        }
        var parts = new ArrayList<Part>();
        var text = "\r\n" + body.toString(StandardCharsets.ISO_8859_1);
        for (var piece : text.split(Pattern.quote("\r\n--" + boundary.group(1)), -1)) {
            int content = piece.indexOf("\r\n\r\n");
            if (piece.startsWith("\r\n") && content >= 0) {
                parts.add(part(piece.substring(0, content + 2), piece.substring(content + 4)));
            }
        }
        return parts;
    }

    private static Part part(String head, String content) {
        return new Part(
                first(head, "[; ]name=\"([^\"]*)\""),
                first(head, "filename=\"([^\"]*)\""),
                first(head, "(?i)content-type: *([^\r\n]*)"),
                Buffer.buffer(content.getBytes(StandardCharsets.ISO_8859_1)));
    }

    private static String first(String head, String pattern) {
        var matcher = Pattern.compile(pattern).matcher(head);
        return matcher.find() ? matcher.group(1) : "";
    }
}
