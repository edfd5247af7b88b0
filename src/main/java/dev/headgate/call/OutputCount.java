// SPDX-License-Identifier: Apache-2.0
package dev.headgate.call;

/** Counts the text of one try's answer as it passes, in case no backend counts it. Confined to the call's event loop. */
public interface OutputCount {
    /** Takes more of the text: the inside of a JSON string, escapes and all. */
    void add(byte[] json, int from, int to);

    /** How many tokens of this target the text makes. */
    long tokens(Target target);
}
