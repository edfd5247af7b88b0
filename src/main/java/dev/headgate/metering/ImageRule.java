// SPDX-License-Identifier: Apache-2.0
package dev.headgate.metering;

import java.util.List;

/** How a vendor counts the tokens of a picture, after OpenAI's guide to images and vision. Pure. */
public sealed interface ImageRule {
    /** GPT-4o's, and everybody's of whom nothing else is known. */
    ImageRule DEFAULT = new Tiles(85, 170);

    /** Tokens of a picture of this size, in pixels, in full detail. */
    long tokens(int width, int height);

    /** Tokens in low detail. */
    long low();

    /** Tokens of the most expensive picture, for those whose size is not known. */
    long most();

    /** The rule of a vendor's model id. */
    static ImageRule of(String model) {
        for (Known known : Known.ALL) {
            if (model.startsWith(known.prefix)) {
                return known.rule;
            }
        }
        return DEFAULT;
    }

    /** Fitted into 2,048 × 2,048, shrunk until the short side has 768, then cut into tiles of 512. */
    record Tiles(int base, int perTile) implements ImageRule {
        @Override
        public long tokens(int width, int height) {
            double fit = Math.min(1, 2_048.0 / Math.max(width, height));
            double shrink = Math.min(1, 768 / (Math.min(width, height) * fit)) * fit;
            return base + perTile * tiles(width * shrink) * tiles(height * shrink);
        }

        private static long tiles(double side) {
            return Math.max(1, (long) Math.ceil(Math.round(side) / 512.0));
        }

        @Override
        public long low() {
            return base;
        }

        @Override
        public long most() {
            return base + 8L * perTile;
        }
    }

    /**
     * Patches of a few pixels, up to a number to which larger pictures are shrunk.
     *
     * @param percent tokens for a hundred patches
     */
    record Patches(int side, int mostPatches, int percent) implements ImageRule {
        @Override
        public long tokens(int width, int height) {
            return inTokens(Math.min(mostPatches, patches(width) * patches(height)));
        }

        private long patches(int pixels) {
            return Math.max(1, (pixels + side - 1L) / side);
        }

        /** Low detail is a picture of 512 × 512. */
        @Override
        public long low() {
            return tokens(512, 512);
        }

        @Override
        public long most() {
            return inTokens(mostPatches);
        }

        private long inTokens(long patches) {
            return (patches * percent + 99) / 100;
        }
    }

    /** What is known of vendors' models; the first beginning that fits counts. */
    record Known(String prefix, ImageRule rule) {
        private static final List<Known> ALL = List.of(
                new Known("gpt-5-mini", new Patches(32, 1_536, 162)),
                new Known("gpt-5-nano", new Patches(32, 1_536, 246)),
                new Known("gpt-5", new Tiles(70, 140)),
                new Known("gpt-4.1-mini", new Patches(32, 1_536, 162)),
                new Known("gpt-4.1-nano", new Patches(32, 1_536, 246)),
                new Known("o4-mini", new Patches(32, 1_536, 172)),
                new Known("gpt-4o-mini", new Tiles(2_833, 5_667)),
                new Known("o1", new Tiles(75, 150)),
                new Known("o3", new Tiles(75, 150)),
                // About one token for 750 pixels, up to 1,568 (Anthropic's guide to vision).
                new Known("claude-", new Patches(28, 1_568, 100)));
    }
}
