// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream.demo;

import io.vertx.core.buffer.Buffer;

/** A quarter of a second of one tone as a WAV file (RIFF, PCM, 8 kHz, 16 bits, mono), whatever format was asked for. */
final class Wave {
    private static final int RATE = 8_000;
    private static final int SAMPLES = RATE / 4;

    private Wave() {}

    /** The pitch, 220 to 730 Hz, comes from the text. */
    static Buffer tone(Fingerprint text) {
        double hertz = 220 + 2 * (text.seed() & 0xff);
        int bytes = SAMPLES * 2;
        var wave = Buffer.buffer(44 + bytes)
                .appendString("RIFF")
                .appendIntLE(36 + bytes)
                .appendString("WAVEfmt ")
                .appendIntLE(16)
                .appendShortLE((short) 1)
                .appendShortLE((short) 1)
                .appendIntLE(RATE)
                .appendIntLE(RATE * 2)
                .appendShortLE((short) 2)
                .appendShortLE((short) 16)
                .appendString("data")
                .appendIntLE(bytes);
        for (int i = 0; i < SAMPLES; i++) {
            wave.appendShortLE((short) (8_000 * StrictMath.sin(2 * Math.PI * hertz * i / RATE)));
        }
        return wave;
    }
}
