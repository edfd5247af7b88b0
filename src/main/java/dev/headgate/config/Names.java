// SPDX-License-Identifier: Apache-2.0
package dev.headgate.config;

import java.util.regex.Pattern;

/** What names may look like. */
enum Names {
    ANY("(?s)[^\\x00]*", "a text"),
    /** Names that become metric labels and parts of log lines. */
    PLAIN("[A-Za-z0-9][A-Za-z0-9._-]{0,63}", "up to 64 letters, digits, dots, dashes or underscores"),
    /** Names that clients send, which vendors fill with slashes and colons; a route's may end in {@code *}. */
    MODEL("[^\\s\\x00-\\x1f\\x7f]{1,200}", "up to 200 characters without spaces"),
    /** Members of a JSON object. */
    MEMBER("[^\\x00-\\x1f\\x7f]{1,200}", "up to 200 characters"),
    /** RFC 9110, 5.6.2. */
    TOKEN("[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}", "a header name");

    final Pattern pattern;
    final String like;

    Names(String regex, String like) {
        this.pattern = Pattern.compile(regex);
        this.like = like;
    }
}
