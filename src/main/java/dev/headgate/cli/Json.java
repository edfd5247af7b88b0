// SPDX-License-Identifier: Apache-2.0
package dev.headgate.cli;

import com.fasterxml.jackson.core.io.JsonStringEncoder;

/** Renders JSON text. */
final class Json {
    private Json() {}

    static String quoted(String text) {
        return '"' + new String(JsonStringEncoder.getInstance().quoteAsString(text)) + '"';
    }
}
