// SPDX-License-Identifier: Apache-2.0
package dev.headgate.testkit;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The fenced blocks of a Markdown document (CommonMark, section 4.5), as far as this repository uses them. */
public final class Fences {
    private static final String FENCE = "```";

    private Fences() {}

    /**
     * One block.
     *
     * @param line of its opening fence, from 1
     * @param info what stands behind the opening fence, such as {@code yaml routes}
     */
    public record Block(Path document, int line, String info, String text) {
        @Override
        public String toString() {
            return document + ":" + line + " (" + info + ")";
        }
    }

    public static List<Block> of(Path document) {
        List<Block> blocks = new ArrayList<>();
        List<String> lines = Documents.read(document.toString()).lines().toList();
        int opened = -1;
        for (int i = 0; i < lines.size(); i++) {
            if (!lines.get(i).startsWith(FENCE)) {
                continue;
            }
            if (opened < 0) {
                opened = i;
            } else {
                String info = lines.get(opened).substring(FENCE.length()).strip();
                blocks.add(new Block(
                        document, opened + 1, info, String.join("\n", lines.subList(opened + 1, i)) + "\n"));
                opened = -1;
            }
        }
        if (opened >= 0) {
            throw new IllegalArgumentException(document + ": the block in line " + (opened + 1) + " has no end");
        }
        return blocks;
    }
}
