// SPDX-License-Identifier: Apache-2.0
package dev.headgate.http;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * A header value with parameters: {@code form-data; name="model"} (RFC 2045, section 5.1). It refuses what two readers may read
 * differently, because the backend reads the same bytes again.
 *
 * @param value what stands before the first semicolon, in lower case
 * @param parameters by lower-case name
 */
record FormParameters(String value, Map<String, String> parameters) {
    /** Reads a value; throws an {@link IllegalArgumentException} with the reason if it is malformed or ambiguous. */
    static FormParameters parse(String header) {
        int at = until(header, ';', 0);
        String value = header.substring(0, at).trim().toLowerCase(Locale.ROOT);
        Map<String, String> parameters = new LinkedHashMap<>();
        while (at < header.length()) {
            int begin = at + 1;
            int equals = until(header, '=', begin);
            int semicolon = until(header, ';', begin);
            if (semicolon <= equals) {
                if (!header.substring(begin, semicolon).isBlank()) {
                    throw new IllegalArgumentException("a parameter without a value");
                }
                at = semicolon;
                continue;
            }
            String name = header.substring(begin, equals).trim().toLowerCase(Locale.ROOT);
            StringBuilder text = new StringBuilder();
            at = parameter(header, equals + 1, text);
            if (parameters.put(name, text.toString()) != null) {
                throw new IllegalArgumentException("the parameter '" + name + "' twice");
            }
        }
        return new FormParameters(value, parameters);
    }

    private static int parameter(String header, int from, StringBuilder into) {
        int at = from;
        while (at < header.length() && isBlank(header.charAt(at))) {
            at++;
        }
        if (at == header.length() || header.charAt(at) != '"') {
            int end = until(header, ';', at);
            into.append(header.substring(at, end).trim());
            return end;
        }
        int end = quoted(header, at + 1, into);
        while (end < header.length() && isBlank(header.charAt(end))) {
            end++;
        }
        if (end < header.length() && header.charAt(end) != ';') {
            throw new IllegalArgumentException("text behind a quoted value");
        }
        return end;
    }

    private static int quoted(String header, int from, StringBuilder into) {
        for (int at = from; at < header.length(); at++) {
            char c = header.charAt(at);
            if (c == '"') {
                return at + 1;
            }
            // Only a quote is escaped in the field (RFC 7578 says percent): any other backslash belongs to a Windows
            // path.
            if (c == '\\' && at + 1 < header.length() && header.charAt(at + 1) == '"') {
                at++;
                c = '"';
            }
            into.append(c);
        }
        throw new IllegalArgumentException("a quoted value without its end");
    }

    private static int until(String header, char c, int from) {
        int at = header.indexOf(c, from);
        return at < 0 ? header.length() : at;
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }
}
