// SPDX-License-Identifier: Apache-2.0
package dev.headgate.config;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.auth.GatewayKey;
import dev.headgate.call.Priority;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TenantCompilerTest {
    private static final String DIGEST = "0123456789abcdef".repeat(4);
    private static final String DEMO = "backends: { d: { type: demo } }\nmodels: { m: { backend: d } }\n";

    @Test
    void a_tenant_with_every_word() {
        Snapshot snapshot = new Reading()
                .keys()
                .file("routes.yaml", DEMO + """
                                routes: { chat: { stable: m }, "cheap-*": { backend: d } }
                                tenants:
                                  acme:
                                    mayUse: [chat, "cheap-*"]
                                    objects: own
                                    spend: unmetered
                                    weight: 7
                                    keys:
                                      web: { sha256: [%s, %s], expires: 2127-01-01, labels: { tier: gold, n: 1 }, priority: critical }
                                """.formatted(DIGEST.toUpperCase(java.util.Locale.ROOT), "ff".repeat(32)))
                .snapshot();
        GatewayKey key = requireNonNull(snapshot.keys().find(DIGEST, Instant.parse("2126-12-31T23:59:59Z")));
        assertThat(key.principal().tenant()).isEqualTo("acme");
        assertThat(key.principal().key()).isEqualTo("web");
        assertThat(key.principal().labels()).isEqualTo(Map.of("tier", "gold", "n", "1"));
        assertThat(key.principal().objects()).isTrue();
        assertThat(key.principal().unmeteredSpend()).isTrue();
        assertThat(key.principal().priority()).isEqualTo(Priority.CRITICAL);
        assertThat(key.principal().weight()).isEqualTo(7);
        assertThat(key.principal().anonymous()).isFalse();
        assertThat(key.principal().mayUse().allows("cheap-1")).isTrue();
        assertThat(key.principal().mayUse().allows("other")).isFalse();
        assertThat(snapshot.keys().find(DIGEST, Instant.parse("2127-01-01T00:00:00Z")))
                .isNull();
        assertThat(snapshot.keys().size()).isEqualTo(2);
    }

    @Test
    void a_tenant_that_says_little_may_use_everything_but_keeps_no_objects() {
        Snapshot snapshot = new Reading()
                .keys()
                .file("routes.yaml", "tenants: { t: { keys: { k: { sha256: [%s] } } } }\n".formatted(DIGEST))
                .snapshot();
        GatewayKey key = requireNonNull(snapshot.keys().find(DIGEST, Instant.EPOCH));
        assertThat(key.expires()).isNull();
        assertThat(key.principal().mayUse().allows("anything")).isTrue();
        assertThat(key.principal().objects()).isFalse();
        assertThat(key.principal().unmeteredSpend()).isFalse();
        assertThat(key.principal().priority()).isEqualTo(Priority.DEFAULT);
        assertThat(key.principal().weight()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{}|K003",
                "{ keys: {} }|K005",
                "{ keys: { k: {} } }|K003",
                "{ keys: { k: { sha256: [] } } }|K005",
                "{ keys: { k: { sha256: [abc] } } }|T003",
                "{ keys: { k: { sha256: [A, A] } } }|T004",
                "{ keys: { k: { sha256: [A] }, j: { sha256: [A] } } }|T004",
                "{ keys: { k: { sha256: [A, A, A] } } }|K005",
                "{ mayUse: [], keys: { k: { sha256: [A] } } }|K005",
                "{ mayUse: [nope], keys: { k: { sha256: [A] } } }|T002",
                "{ mayUse: [\"no*\"], keys: { k: { sha256: [A] } } }|T002",
                "{ mayUse: [\"*x\"], keys: { k: { sha256: [A] } } }|T002",
                "{ keys: { k: { sha256: [A], expires: 2027-13-01 } } }|K004",
                "{ keys: { k: { sha256: [A], priority: high } } }|K004",
                "{ objects: all, keys: { k: { sha256: [A] } } }|K004"
            })
    void refuses_a_tenant_like(String tenant, String code) {
        ConfigLoader.HotReading hot = new Reading()
                .keys()
                .file(
                        "routes.yaml",
                        DEMO + "routes: { r: { stable: m } }\ntenants:\n  t: " + tenant.replaceAll("\\bA\\b", DIGEST)
                                + "\n")
                .read();
        assertThat(hot.problems()).extracting(Problem::code).contains(code);
        assertThat(hot.snapshot()).isNull();
    }

    @Test
    void an_expired_key_is_a_warning() {
        ConfigLoader.HotReading hot = new Reading()
                .keys()
                .file(
                        "routes.yaml",
                        "tenants: { t: { keys: { k: { sha256: [%s], expires: 2001-01-01 } } } }\n".formatted(DIGEST))
                .read();
        assertThat(hot.snapshot()).isNotNull();
        assertThat(hot.problems()).extracting(Problem::code).containsExactly("T005");
    }

    @ParameterizedTest
    @ValueSource(strings = {DEMO, DEMO + "tenants: {}\n"})
    void callers_with_keys_need_tenants(String yaml) {
        ConfigLoader.HotReading hot =
                new Reading().keys().file("routes.yaml", yaml).read();
        assertThat(hot.problems()).extracting(Problem::code).containsExactly("T001");
    }
}
