// SPDX-License-Identifier: Apache-2.0
package dev.headgate.auth;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class KeyFormatTest {
    private static final String DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    @Property
    void a_new_key_is_well_formed(@ForAll long seed) {
        String key = KeyFormat.create(new Random(seed));

        assertThat(key).matches("hg_[0-9A-Za-z]{38}");
        assertThat(KeyFormat.isWellFormed(key)).isTrue();
    }

    @Property
    void every_change_of_one_character_is_caught(
            @ForAll long seed, @ForAll @IntRange(max = 40) int at, @ForAll @IntRange(max = 61) int digit) {
        String key = KeyFormat.create(new Random(seed));
        char wrong = DIGITS.charAt(digit);

        String typo = key.substring(0, at) + wrong + key.substring(at + 1);

        assertThat(KeyFormat.isWellFormed(typo)).isEqualTo(typo.equals(key));
    }

    @Property
    void every_swap_of_two_neighbours_is_caught(@ForAll long seed, @ForAll @IntRange(max = 39) int at) {
        String key = KeyFormat.create(new Random(seed));

        String typo = key.substring(0, at) + key.charAt(at + 1) + key.charAt(at) + key.substring(at + 2);

        assertThat(KeyFormat.isWellFormed(typo)).isEqualTo(typo.equals(key));
    }

    @Property
    void arbitrary_text_is_no_key(@ForAll String text) {
        assertThat(KeyFormat.isWellFormed(text)).isFalse();
        assertThat(KeyFormat.isWellFormed(KeyFormat.PREFIX + text)).isFalse();
    }

    @Example
    void a_missing_or_additional_character_is_caught() {
        String key = KeyFormat.create(new SecureRandom());

        assertThat(KeyFormat.isWellFormed(key.substring(0, 40))).isFalse();
        assertThat(KeyFormat.isWellFormed(key + "0")).isFalse();
    }

    @Example
    void the_format_stays_what_it_was_when_keys_were_given_out() {
        assertThat(KeyFormat.isWellFormed("hg_000000000000000000000000000000003e9gxw"))
                .isTrue();
        assertThat(KeyFormat.digest("abc"))
                .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    @Example
    void all_characters_are_about_equally_likely() {
        int[] counts = new int[128];
        Random random = new Random(7);
        for (int i = 0; i < 2_000; i++) {
            KeyFormat.create(random).substring(3, 35).chars().forEach(c -> counts[c]++);
        }
        // 64,000 draws over 62 characters: 1,032 each, standard deviation 32.
        assertThat(DIGITS.chars().map(c -> counts[c])).allMatch(n -> n > 840 && n < 1_230);
    }

    @Example
    void secure_keys_do_not_repeat() {
        Set<String> keys = new HashSet<>();
        SecureRandom random = new SecureRandom();
        for (int i = 0; i < 1_000; i++) {
            keys.add(KeyFormat.create(random));
        }
        assertThat(keys).hasSize(1_000);
    }
}
