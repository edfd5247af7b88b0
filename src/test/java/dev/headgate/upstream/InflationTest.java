// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.zip.DataFormatException;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

final class InflationTest {
    private static final String TEXT = "data: {\"content\":\"Grüße\"}\n\n".repeat(500);

    @Property(tries = 100)
    void inflates_gzip_however_it_is_cut(@ForAll @IntRange(min = 1, max = 40) int cut) throws Exception {
        assertThat(inflate("gzip", gzip(TEXT.getBytes(StandardCharsets.UTF_8)), cut))
                .isEqualTo(TEXT);
    }

    @Test
    void inflates_deflate() throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (DeflaterOutputStream deflate = new DeflaterOutputStream(out)) {
            deflate.write(TEXT.getBytes(StandardCharsets.UTF_8));
        }
        assertThat(inflate("deflate", out.toByteArray(), 1000)).isEqualTo(TEXT);
    }

    @Test
    void knows_what_it_cannot_inflate() {
        assertThat(Inflation.of("br")).isNull();
        assertThat(Inflation.of("zstd")).isNull();
    }

    @Test
    void refuses_a_bomb_and_garbage() throws Exception {
        byte[] bomb = gzip(new byte[Inflation.MAX_PIECE + 1]);
        assertThatThrownBy(() -> inflate("gzip", bomb, bomb.length)).isInstanceOf(DataFormatException.class);
        assertThatThrownBy(() -> inflate("gzip", new byte[64], 64)).isInstanceOf(DataFormatException.class);
    }

    private static String inflate(String encoding, byte[] packed, int cut) throws DataFormatException {
        Buffer out = Buffer.buffer();
        try (Inflation inflation = Objects.requireNonNull(Inflation.of(encoding))) {
            for (int from = 0; from < packed.length; from += cut) {
                out.appendBuffer(inflation.inflate(packed, from, Math.min(packed.length, from + cut)));
            }
        }
        return out.toString();
    }

    private static byte[] gzip(byte[] plain) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(plain);
        }
        return out.toByteArray();
    }
}
