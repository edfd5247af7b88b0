// SPDX-License-Identifier: Apache-2.0
package dev.headgate.auth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.auth.Authenticator.Accepted;
import dev.headgate.auth.Authenticator.Outcome;
import dev.headgate.auth.Authenticator.Refused;
import dev.headgate.call.AllowList;
import dev.headgate.call.Principal;
import dev.headgate.call.Priority;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AuthenticatorTest {
    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
    private static final Random RANDOM = new Random(1);
    private static final String WEB = KeyFormat.create(RANDOM);
    private static final String WEB_NEXT = KeyFormat.create(RANDOM);
    private static final String EXPIRED = KeyFormat.create(RANDOM);
    private static final String ENDS_NOW = KeyFormat.create(RANDOM);
    private static final String ENDS_LATER = KeyFormat.create(RANDOM);
    private static final String STRANGER = KeyFormat.create(RANDOM);

    private final Authenticator authenticator = Authenticator.requiring(ring(), new RevokedKeys());

    @ParameterizedTest
    @ValueSource(strings = {"Bearer %s", "bearer %s", "BEARER %s", "Bearer   %s", "  Bearer %s  "})
    void accepts_a_key_behind_the_bearer_scheme_in_any_case(String header) {
        assertThat(caller(header.formatted(WEB), null)).isEqualTo("acme/web");
    }

    @ParameterizedTest
    @ValueSource(strings = {"%s", " %s "})
    void accepts_a_key_in_the_api_key_header(String header) {
        assertThat(caller(null, header.formatted(WEB))).isEqualTo("acme/web");
    }

    @Test
    void accepts_both_keys_while_one_replaces_the_other() {
        assertThat(caller("Bearer " + WEB, null)).isEqualTo(caller("Bearer " + WEB_NEXT, null));
    }

    @Test
    void the_authorization_header_wins_over_the_api_key_header() {
        assertThat(caller("Bearer " + WEB, STRANGER)).isEqualTo("acme/web");
        assertThat(refusal("Bearer " + STRANGER, WEB)).contains("unknown");
        assertThat(refusal("Basic " + WEB, WEB)).contains("must be \"Bearer\"");
    }

    @Test
    void a_key_is_valid_until_the_instant_of_its_expiry() {
        assertThat(caller("Bearer " + ENDS_LATER, null)).isEqualTo("acme/later");
        assertThat(refusal("Bearer " + ENDS_NOW, null)).contains("expired");
    }

    @Test
    void an_unknown_key_cannot_be_told_from_an_expired_one() {
        assertThat(refusal("Bearer " + STRANGER, null)).isEqualTo(refusal("Bearer " + EXPIRED, null));
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "-, -, No API key was sent",
                "-, '', No API key was sent",
                "-, '   ', No API key was sent",
                "Bearer, -, No API key was sent",
                "'Bearer  ', -, No API key was sent",
                "'', -, must be \"Bearer\"",
                "Basic dXNlcjpwdw==, -, must be \"Bearer\"",
                "Bearerhg_x, -, must be \"Bearer\"",
                "hg_x, -, must be \"Bearer\"",
                "Bearer sk-proj-abcdef, -, not a Headgate key",
                "-, sk-proj-abcdef, not a Headgate key",
                "Bearer hg_short, -, typing error",
                "-, hg_short, typing error",
            })
    void says_what_to_mend(@Nullable String authorization, @Nullable String apiKey, String message) {
        assertThat(refusal(authorization, apiKey)).contains(message);
    }

    @Test
    void a_typing_error_is_told_from_a_wrong_key() {
        String typo = WEB.substring(0, 10) + (WEB.charAt(10) == 'x' ? 'y' : 'x') + WEB.substring(11);

        assertThat(refusal("Bearer " + typo, null)).contains("typing error");
    }

    @Test
    void a_refusal_never_repeats_what_was_sent() {
        assertThat(refusal("Bearer " + STRANGER, null)).doesNotContain(STRANGER);
        assertThat(refusal("Bearer sk-secret", null)).doesNotContain("secret");
        assertThat(refusal("Basic secret", null)).doesNotContain("secret");
    }

    @Test
    void an_endless_header_is_refused_even_if_it_begins_with_a_key() {
        String padded = "Bearer " + WEB + " ".repeat(Authenticator.MAX_HEADER);

        assertThat(refusal(padded, null)).contains("typing error");
        assertThat(refusal(null, "x".repeat(100_000))).contains("typing error");
    }

    @Test
    void without_keys_everybody_is_the_anonymous_caller() {
        Authenticator open = Authenticator.open();

        assertThat(open.authenticate(null, null, NOW)).isEqualTo(new Accepted(Principal.ANONYMOUS));
        assertThat(open.authenticate("Basic x", "y", NOW)).isEqualTo(new Accepted(Principal.ANONYMOUS));
    }

    @Test
    void an_empty_ring_accepts_nobody() {
        Authenticator nobody = Authenticator.requiring(new KeyRing(Map.of()), new RevokedKeys());

        assertThat(nobody.authenticate("Bearer " + WEB, null, NOW)).isInstanceOf(Refused.class);
    }

    @Test
    void a_revoked_key_is_refused_from_then_on_and_told_so() {
        RevokedKeys revoked = new RevokedKeys();
        Authenticator running = Authenticator.requiring(ring(), revoked);
        assertThat(running.authenticate("Bearer " + WEB, null, NOW)).isInstanceOf(Accepted.class);

        revoked.add(List.of(new Revocation(KeyFormat.digest(WEB), "acme", "web", "leaked", NOW)));

        assertThat(running.authenticate("Bearer " + WEB, null, NOW))
                .isEqualTo(new Refused("The API key was revoked: it is not accepted any more. Ask for a new one."));
        assertThat(running.authenticate("Bearer " + WEB_NEXT, null, NOW)).isInstanceOf(Accepted.class);
    }

    @Test
    void a_ring_knows_all_digests_of_a_name_and_all_names() {
        assertThat(ring().digests("acme", "web"))
                .containsExactlyInAnyOrder(KeyFormat.digest(WEB), KeyFormat.digest(WEB_NEXT));
        assertThat(ring().digests("acme", "nobody")).isEmpty();
        assertThat(ring().digests("other", "web")).isEmpty();
        assertThat(ring().tenants()).containsExactly("acme");
        assertThat(ring().names("acme")).containsExactlyInAnyOrder("web", "old", "now", "later");
        assertThat(ring().names("other")).isEmpty();
    }

    @Test
    void a_ring_finds_keys_by_name_too() {
        assertThat(ring().named("acme", "old")).matches(key -> key != null && !key.isValidAt(NOW));
        assertThat(ring().named("acme", "nobody")).isNull();
        assertThat(ring().named("other", "web")).isNull();
    }

    private String caller(@Nullable String authorization, @Nullable String apiKey) {
        Outcome outcome = authenticator.authenticate(authorization, apiKey, NOW);
        assertThat(outcome).isInstanceOf(Accepted.class);
        Principal principal = ((Accepted) outcome).principal();
        return principal.tenant() + "/" + principal.key();
    }

    private String refusal(@Nullable String authorization, @Nullable String apiKey) {
        Outcome outcome = authenticator.authenticate(authorization, apiKey, NOW);
        assertThat(outcome).isInstanceOf(Refused.class);
        return ((Refused) outcome).message();
    }

    private static KeyRing ring() {
        Map<String, GatewayKey> keys = new HashMap<>();
        keys.put(KeyFormat.digest(WEB), key("web", null));
        keys.put(KeyFormat.digest(WEB_NEXT), key("web", null));
        keys.put(KeyFormat.digest(EXPIRED), key("old", NOW.minusSeconds(86_400)));
        keys.put(KeyFormat.digest(ENDS_NOW), key("now", NOW));
        keys.put(KeyFormat.digest(ENDS_LATER), key("later", NOW.plusMillis(1)));
        return new KeyRing(keys);
    }

    private static GatewayKey key(String name, @Nullable Instant expires) {
        return new GatewayKey(
                new Principal("acme", name, Map.of(), AllowList.ALL, false, false, false, Priority.DEFAULT, 1),
                expires);
    }
}
