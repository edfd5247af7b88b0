// SPDX-License-Identifier: Apache-2.0
package dev.headgate.quota;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ScopeTest {
    @Test
    void addresses_of_one_ipv6_network_are_one_and_ipv4_addresses_are_themselves() {
        assertThat(Scope.address("2001:db8::1")).isEqualTo(Scope.address("2001:db8::ffff:0:1"));
        assertThat(Scope.address("2001:db8::1")).isNotEqualTo(Scope.address("2001:db8:0:1::1"));
        assertThat(Scope.address("192.0.2.1")).isEqualTo(Scope.address("::ffff:192.0.2.1"));
        assertThat(Scope.address("192.0.2.1")).isNotEqualTo(Scope.address("192.0.2.2"));
    }
}
