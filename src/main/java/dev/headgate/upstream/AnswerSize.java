// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream;

import dev.headgate.call.Endpoint;

/** How large an answer may be. An answer of text that is larger than all that a model can say is a fault, not an answer. */
final class AnswerSize {
    /** Bytes of a text answer in one document. */
    private static final long MAX_TEXT = 16L * 1024 * 1024;

    /** Bytes of all events of a stream: about 300 for each token, so that this is some 200,000 tokens. */
    private static final long MAX_EVENTS = 64L * 1024 * 1024;

    private AnswerSize() {}

    /** Bytes; images, audio, embeddings and files have no bound of their own, because they are never held. */
    static long most(Endpoint endpoint) {
        return isText(endpoint) ? MAX_TEXT : Long.MAX_VALUE;
    }

    /** Bytes of a whole event stream. */
    static long mostEvents(Endpoint endpoint) {
        return isText(endpoint) ? MAX_EVENTS : Long.MAX_VALUE;
    }

    /** What to say of an answer that is larger. */
    static String tooLarge(long most) {
        return "sent an answer of more than " + (most >> 20) + " MB.";
    }

    private static boolean isText(Endpoint endpoint) {
        return switch (endpoint) {
            case CHAT, COMPLETIONS, RESPONSES, MODERATIONS -> true;
            default -> false;
        };
    }
}
