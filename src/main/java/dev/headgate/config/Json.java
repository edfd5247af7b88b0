// SPDX-License-Identifier: Apache-2.0
package dev.headgate.config;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import dev.headgate.config.YamlNode.Mapping;
import dev.headgate.config.YamlNode.Scalar;
import dev.headgate.config.YamlNode.Sequence;
import java.math.BigInteger;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Any YAML as JSON text. Plain scalars follow the core schema of YAML 1.2 (10.3.2), quoted ones are strings; digits are
 * kept as written wherever JSON allows it.
 */
record Json(String text) {
    private static final Pattern NULL = Pattern.compile("null|Null|NULL|~|");
    private static final Pattern TRUE = Pattern.compile("true|True|TRUE");
    private static final Pattern FALSE = Pattern.compile("false|False|FALSE");
    private static final Pattern INTEGER = Pattern.compile("[-+]?[0-9]+");
    private static final Pattern OCTAL = Pattern.compile("0o[0-7]+");
    private static final Pattern HEX = Pattern.compile("0x[0-9a-fA-F]+");
    private static final Pattern FLOAT = Pattern.compile("[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?");
    private static final Pattern NOT_FINITE = Pattern.compile("[-+]?\\.(inf|Inf|INF)|\\.(nan|NaN|NAN)");

    static Json of(YamlNode node) throws Mismatch {
        return new Json(render(node));
    }

    private static String render(YamlNode node) throws Mismatch {
        return switch (node) {
            case Scalar scalar -> scalar.plain() ? plain(scalar.text()) : quoted(scalar.text());
            case Sequence sequence -> {
                StringBuilder out = new StringBuilder("[");
                for (YamlNode item : sequence.items()) {
                    out.append(out.length() > 1 ? "," : "").append(render(item));
                }
                yield out.append(']').toString();
            }
            case Mapping mapping -> {
                StringBuilder out = new StringBuilder("{");
                for (YamlNode.Entry entry : mapping.entries()) {
                    out.append(out.length() > 1 ? "," : "")
                            .append(quoted(entry.key().text()))
                            .append(':')
                            .append(render(entry.value()));
                }
                yield out.append('}').toString();
            }
        };
    }

    private static String plain(String text) throws Mismatch {
        if (NULL.matcher(text).matches()) {
            return "null";
        }
        if (TRUE.matcher(text).matches()) {
            return "true";
        }
        if (FALSE.matcher(text).matches()) {
            return "false";
        }
        if (INTEGER.matcher(text).matches()) {
            return new BigInteger(text).toString();
        }
        if (OCTAL.matcher(text).matches()) {
            return new BigInteger(text.substring(2), 8).toString();
        }
        if (HEX.matcher(text).matches()) {
            return new BigInteger(text.substring(2), 16).toString();
        }
        if (FLOAT.matcher(text).matches()) {
            return number(text);
        }
        if (NOT_FINITE.matcher(text).matches()) {
            throw new Mismatch(ProblemCode.NOT_JSON, "a finite number", "JSON has no infinity and no NaN");
        }
        return quoted(text);
    }

    /** JSON (RFC 8259, 6) wants a digit on both sides of the point, no plus and no leading zeros. */
    private static String number(String text) {
        boolean negative = text.startsWith("-");
        String digits = text.replaceFirst("^[-+]", "").replaceFirst("^0+(?=[0-9])", "");
        if (digits.startsWith(".")) {
            digits = "0" + digits;
        }
        return (negative ? "-" : "") + digits.replaceFirst("\\.(?=[eE]|$)", ".0");
    }

    static String quoted(String text) {
        return '"' + new String(JsonStringEncoder.getInstance().quoteAsString(text)) + '"';
    }

    /** The members of an object as JSON text. */
    static String object(java.util.Map<String, String> members) {
        return members.entrySet().stream()
                .map(e -> quoted(e.getKey()) + ":" + e.getValue())
                .collect(Collectors.joining(",", "{", "}"));
    }
}
