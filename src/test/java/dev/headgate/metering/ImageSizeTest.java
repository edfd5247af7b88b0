// SPDX-License-Identifier: Apache-2.0
package dev.headgate.metering;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import javax.imageio.ImageIO;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ImageSizeTest {
    @ParameterizedTest
    @ValueSource(strings = {"png", "jpg", "gif"})
    void reads_pictures_as_they_are_written(String format) {
        assertThat(read(image(format, 301, 77))).isEqualTo(new ImageSize(301, 77));
    }

    @ParameterizedTest
    @CsvSource({
        // The three kinds of WebP, written by hand after RFC 9649: 800 x 600.
        "524946460000000057454250 56503858 0A000000 00000000 1F0300 570200",
        "524946460000000057454250 5650384C 0A000000 2F 1FC39500",
        "524946460000000057454250 56503820 0A000000 000000 9D012A 2003 5802"
    })
    void reads_every_kind_of_webp(String hex) {
        assertThat(read(HexFormat.of().parseHex(hex.replace(" ", "")))).isEqualTo(new ImageSize(800, 600));
    }

    @Test
    void goes_past_what_cameras_write_before_a_jpegs_size() {
        byte[] jpeg = image("jpg", 40, 30);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(jpeg, 0, 2);
        for (int i = 0; i < 20; i++) {
            out.writeBytes(new byte[] {(byte) 0xFF, (byte) 0xE1, (byte) 0xFF, (byte) 0xFF});
            out.writeBytes(new byte[0xFFFF - 2]);
        }
        out.write(jpeg, 2, jpeg.length - 2);

        assertThat(read(out.toByteArray())).isEqualTo(new ImageSize(40, 30));
    }

    @Test
    void knows_nothing_of_what_is_cut_or_no_picture() {
        byte[] png = png(10, 10);
        assertThat(read(Arrays.copyOf(png, 20))).isNull();
        assertThat(read("%PDF-1.7 and so on and on".getBytes(ISO_8859_1))).isNull();
        assertThat(read(new byte[0])).isNull();
        assertThat(read(png(0, 10))).isNull();
    }

    @Property
    void never_fails(@ForAll byte[] text) {
        assertThat(ImageSize.read(text, 0, text.length))
                .satisfiesAnyOf(
                        size -> assertThat(size).isNull(),
                        size -> assertThat(size).isNotNull());
    }

    @Test
    void counts_tiles_as_the_guide_does() {
        ImageRule tiles = new ImageRule.Tiles(85, 170);
        assertThat(tiles.tokens(1_024, 1_024)).isEqualTo(765);
        assertThat(tiles.tokens(2_048, 4_096)).isEqualTo(1_105);
        assertThat(tiles.tokens(10, 10)).isEqualTo(255);
        assertThat(tiles.low()).isEqualTo(85);
        assertThat(tiles.most()).isGreaterThanOrEqualTo(tiles.tokens(768, 2_048));
    }

    @Test
    void counts_patches_as_the_guide_does() {
        ImageRule patches = new ImageRule.Patches(32, 1_536, 100);
        assertThat(patches.tokens(1_024, 1_024)).isEqualTo(1_024);
        assertThat(patches.tokens(1_800, 2_400)).isEqualTo(1_536);
        assertThat(patches.tokens(33, 1)).isEqualTo(2);
        assertThat(patches.low()).isEqualTo(256);
        assertThat(ImageRule.of("gpt-4.1-mini-2025-04-14").tokens(1_024, 1_024)).isEqualTo(1_659);
        assertThat(ImageRule.of("gpt-4o-2024-11-20")).isEqualTo(ImageRule.DEFAULT);
    }

    @Property
    void never_counts_more_than_the_most(@ForAll short width, @ForAll short height) {
        int w = Math.abs(width) + 1;
        int h = Math.abs(height) + 1;
        for (ImageRule rule : new ImageRule[] {ImageRule.DEFAULT, new ImageRule.Patches(32, 1_536, 162)}) {
            assertThat(rule.tokens(w, h)).isBetween(1L, rule.most());
        }
    }

    /** The first bytes of a PNG. */
    static byte[] png(int width, int height) {
        return HexFormat.of().parseHex("89504e470d0a1a0a0000000d49484452%08x%08x0806000000".formatted(width, height));
    }

    private static byte[] image(String format, int width, int height) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            assertThat(ImageIO.write(new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB), format, out))
                    .isTrue();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    private static @Nullable ImageSize read(byte[] image) {
        byte[] text = Base64.getEncoder().encode(image);
        return ImageSize.read(text, 0, text.length);
    }
}
