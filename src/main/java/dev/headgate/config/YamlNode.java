// SPDX-License-Identifier: Apache-2.0
package dev.headgate.config;

import java.util.List;

/** YAML as written: text, lists and mappings with their places. What a scalar means is decided by who reads it. */
sealed interface YamlNode {
    Span at();

    /** How a problem names this kind of node. */
    String kind();

    /** @param plain whether the text stood without quotes */
    record Scalar(String text, boolean plain, Span at) implements YamlNode {
        /** Whether nothing was written after a key. */
        boolean isNothing() {
            return plain && text.isEmpty();
        }

        @Override
        public String kind() {
            return isNothing() ? "nothing" : "\"" + text + "\"";
        }
    }

    record Sequence(List<YamlNode> items, Span at) implements YamlNode {
        @Override
        public String kind() {
            return "a list";
        }
    }

    record Mapping(List<Entry> entries, Span at) implements YamlNode {
        @Override
        public String kind() {
            return "a mapping";
        }
    }

    record Entry(Scalar key, YamlNode value) {}
}
