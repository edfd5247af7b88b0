// SPDX-License-Identifier: Apache-2.0
package dev.headgate.http;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads a part's name from the lines of its head (RFC 7578, section 4.2). */
final class FormPartName {
    private FormPartName() {}

    /**
     * The name, or null if the head has none.
     *
     * @param head the header lines with their line ends, one char a byte
     * @throws dev.headgate.call.CallFailure 400 if the head is malformed, or the name can be read in two ways
     */
    static @Nullable String in(String head) {
        String disposition = null;
        // RFC 5322 lets a line continue on the next one that begins with a blank.
        for (String line : head.replaceAll("\r\n(?=[ \t])", "").lines().toList()) {
            int colon = line.indexOf(':');
            if (line.isEmpty()) {
                continue;
            }
            if (colon <= 0) {
                throw FormFault.malformed("a part has a header line without a colon");
            }
            if (line.substring(0, colon).strip().equalsIgnoreCase("content-disposition")) {
                if (disposition != null) {
                    throw FormFault.malformed("a part has two Content-Disposition headers");
                }
                disposition = line.substring(colon + 1);
            }
        }
        return disposition == null ? null : name(disposition);
    }

    private static @Nullable String name(String disposition) {
        Map<String, String> parameters;
        try {
            parameters = FormParameters.parse(disposition).parameters();
        } catch (IllegalArgumentException e) {
            throw FormFault.malformed("a part's Content-Disposition has " + e.getMessage());
        }
        if (parameters.containsKey("name*")) {
            throw FormFault.malformed("a part's name is in the extended notation (name*), which forms do not have");
        }
        String name = parameters.get("name");
        if (name != null && name.indexOf('\\') >= 0) {
            throw FormFault.malformed("a part's name holds a backslash");
        }
        return name;
    }
}
