// SPDX-License-Identifier: Apache-2.0
package dev.headgate.config;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Compares the static file with what it was when watching began. */
final class StaticFileWatch {
    private byte @Nullable [] first;
    private boolean begun;
    private boolean differs;

    /** Whether it differs now, if that is news; null if nothing is new. The first call sets what it is compared with. */
    @Nullable
    Boolean changed(byte @Nullable [] bytes) {
        if (!begun) {
            begun = true;
            first = bytes;
            return null;
        }
        boolean now = !Arrays.equals(first, bytes);
        if (now == differs) {
            return null;
        }
        differs = now;
        return now;
    }
}
