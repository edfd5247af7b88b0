// SPDX-License-Identifier: Apache-2.0
package dev.headgate.config;

import dev.headgate.config.Table.Row;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Which static headers a backend may have: none that frames the message, and none that carries its credential. Pure. */
final class Headers {
    private static final Set<String> FRAMING = Set.of(
            "connection",
            "keep-alive",
            "proxy-connection",
            "proxy-authenticate",
            "proxy-authorization",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade",
            "host",
            "expect",
            "content-length",
            "content-type",
            "content-encoding",
            "accept-encoding");
    private static final Set<String> CREDENTIALS =
            Set.of("authorization", "api-key", "x-api-key", "x-goog-api-key", "cookie");
    /** RFC 9110, 5.5: visible ASCII with spaces and tabs between. */
    private static final Pattern VALUE = Pattern.compile("[!-~]([ \\t!-~]*[!-~])?");

    private Headers() {}

    /** Why a credential may not travel in this header, or null if it may. */
    static @Nullable String whyNotForCredential(String name) {
        if (!Names.TOKEN.pattern.matcher(name).matches()) {
            return "this is not a header name";
        }
        boolean framing = FRAMING.contains(name.toLowerCase(Locale.ROOT));
        return framing ? "\"" + name + "\" belongs to HTTP itself" : null;
    }

    /** The headers as they are sent; a problem for each that may not be. */
    static Map<String, String> compile(Table<At<String>> table, @Nullable String credential, Problems problems) {
        Map<String, String> headers = new LinkedHashMap<>();
        for (Row<At<String>> row : table.rows()) {
            At<String> value = row.value();
            if (value == null || row.damaged()) {
                continue;
            }
            String name = row.name().toLowerCase(Locale.ROOT);
            String wrongName = wrongName(name, credential);
            if (wrongName != null) {
                problems.hide(value.at());
                problems.error(ProblemCode.HEADER, row.at(), "header \"" + row.name() + "\" " + wrongName, null, null);
            } else if (headers.putIfAbsent(name, value.value()) != null) {
                problems.error(
                        ProblemCode.HEADER, row.at(), "header \"" + row.name() + "\" is given twice", null, null);
            }
            checkValue(row.name(), value, problems);
        }
        return headers;
    }

    private static @Nullable String wrongName(String name, @Nullable String credential) {
        if (FRAMING.contains(name)) {
            return "belongs to HTTP itself and cannot be set";
        }
        if (CREDENTIALS.contains(name) || name.equalsIgnoreCase(credential)) {
            return "carries credentials; use apiKeys with auth: header:NAME";
        }
        return name.startsWith("x-headgate-") ? "is one of Headgate's own" : null;
    }

    private static void checkValue(String name, At<String> value, Problems problems) {
        if (!VALUE.matcher(value.value()).matches()) {
            problems.error(
                    ProblemCode.HEADER,
                    value.at(),
                    "the value of header \"" + name + "\" is empty or holds characters that no header can carry",
                    null,
                    null);
        } else if (value.value().startsWith("env:") || value.value().startsWith("file:")) {
            problems.error(
                    ProblemCode.HEADER,
                    value.at(),
                    "header \"" + name + "\" is static; it does not read secrets",
                    null,
                    "a credential goes into apiKeys, its header into auth: header:NAME");
        }
    }
}
