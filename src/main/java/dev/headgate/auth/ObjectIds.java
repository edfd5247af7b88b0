// SPDX-License-Identifier: Apache-2.0
package dev.headgate.auth;

import dev.headgate.call.Call;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Which ids a call uses. Pure. */
final class ObjectIds {
    /** What may stand in a path without an escape (RFC 3986, section 2.3, and the colon and equals sign of a segment). */
    private static final Pattern SHAPE = Pattern.compile("[A-Za-z0-9._~=:-]{1,512}");

    /** The parameter that names a part of the object before it, and has no owner of its own. */
    private static final String ITEM = "item";

    private ObjectIds() {}

    /** Whether a text can be an id in a path; {@code .} and {@code ..} would be another path. */
    static boolean isId(String text) {
        return SHAPE.matcher(text).matches() && !text.equals(".") && !text.equals("..");
    }

    /** Every id whose owner has to be asked: of the path, of a list's page marks, and those that a body refers to. */
    static Set<String> used(Call call, ObjectAction action) {
        Set<String> ids = new LinkedHashSet<>();
        call.pathParams().forEach((name, value) -> {
            if (!name.equals(ITEM)) {
                ids.add(value);
            }
        });
        if (action == ObjectAction.LIST) {
            ids.addAll(queryValues(call.query(), Set.of("after", "before")));
        }
        ids.addAll(call.body().references());
        return ids;
    }

    /** Whether every parameter of the path can be one segment of the backend's path, also where no owner is asked. */
    static boolean hasPlainPath(Call call) {
        return call.pathParams().values().stream().allMatch(ObjectIds::isId);
    }

    static List<String> queryValues(@Nullable String query, Set<String> names) {
        return query == null
                ? List.of()
                : List.of(query.split("&", -1)).stream()
                        .map(pair -> Map.entry(decode(before(pair)), decode(behind(pair))))
                        .filter(pair -> names.contains(pair.getKey())
                                && !pair.getValue().isEmpty())
                        .map(Map.Entry::getValue)
                        .toList();
    }

    /** The query with {@code name} set to {@code value}, which needs no escape. */
    static String withParameter(@Nullable String query, String name, String value) {
        StringBuilder out = new StringBuilder();
        if (query != null && !query.isEmpty()) {
            for (String pair : query.split("&", -1)) {
                if (!decode(before(pair)).equals(name)) {
                    out.append(pair).append('&');
                }
            }
        }
        return out.append(name).append('=').append(value).toString();
    }

    private static String before(String pair) {
        int equals = pair.indexOf('=');
        return equals < 0 ? pair : pair.substring(0, equals);
    }

    private static String behind(String pair) {
        int equals = pair.indexOf('=');
        return equals < 0 ? "" : pair.substring(equals + 1);
    }

    /** What cannot be decoded stays as it is, and then names nothing that anybody owns. */
    private static String decode(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException broken) {
            return text;
        }
    }
}
