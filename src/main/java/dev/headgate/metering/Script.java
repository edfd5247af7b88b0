// SPDX-License-Identifier: Apache-2.0
package dev.headgate.metering;

/** What a text is written in, as far as vocabularies differ in how much they know of it. */
public enum Script {
    /** English, source code, data. */
    PLAIN,
    /** Latin letters with accents, at least one in 200. */
    ACCENTED,
    /** Mostly another script than Latin. */
    FOREIGN
}
