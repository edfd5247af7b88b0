// SPDX-License-Identifier: Apache-2.0
package dev.headgate.metering;

import dev.headgate.call.OutputCount;
import dev.headgate.call.Target;

/** Counts an answer's text by the same rules as a prompt's, with the same correction for the model. Not thread-safe. */
public final class AnswerTally implements OutputCount {
    private final TextTally tally = new TextTally();
    private final TokenCorrection correction;

    public AnswerTally(TokenCorrection correction) {
        this.correction = correction;
    }

    /** A word that is cut in two by the end of a piece is one word all the same. */
    @Override
    public void add(byte[] json, int from, int to) {
        tally.json(json, from, to);
    }

    @Override
    public long tokens(Target target) {
        tally.end();
        return correction.text(target.stateKey(), tally.script(), tally.total());
    }
}
