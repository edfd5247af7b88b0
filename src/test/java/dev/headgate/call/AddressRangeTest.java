// SPDX-License-Identifier: Apache-2.0
package dev.headgate.call;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressRangeTest {
    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8,10.255.3.4,true",
        "10.0.0.0/8,11.0.0.1,false",
        "192.168.16.0/20,192.168.31.255,true",
        "192.168.16.0/20,192.168.32.0,false",
        "192.0.2.7,192.0.2.7,true",
        "192.0.2.7,192.0.2.8,false",
        "192.0.2.7/32,::ffff:192.0.2.7,true",
        "0.0.0.0/0,203.0.113.9,true",
        "0.0.0.0/0,2001:db8::1,false",
        "fd00::/8,fdff:1::2,true",
        "fd00::/8,FD00::1%eth0,true",
        "fd00::/8,fe80::1,false",
        "2001:db8:0:8000::/49,2001:db8:0:ffff::1,true",
        "2001:db8:0:8000::/49,2001:db8:0:7fff::1,false",
        "'::/0',10.0.0.1,false",
        "10.0.0.0/8,unknown,false",
        "10.0.0.0/8,'',false"
    })
    void contains_the_addresses_with_its_prefix(String range, String address, boolean expected) {
        assertThat(requireNonNull(AddressRange.of(range)).contains(address)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "localhost",
                "10.0.0",
                "10.0.0.256",
                "10.0.0.0/33",
                "10.0.0.0/-1",
                "10.0.0.0/08",
                "10.0.0.0/",
                "10.0.0.1/8",
                "010.0.0.1",
                "1.2.3.4.5",
                "fd00::/129",
                "fd00::1/8",
                "fd00:::1",
                ":",
                "fe80::1%eth0",
                "[::1]"
            })
    void is_not_made_of(String text) {
        assertThat(AddressRange.of(text)).isNull();
    }

    @Test
    void is_equal_to_the_same_range_however_it_is_written() {
        assertThat(AddressRange.of("FD00:0::/16")).isEqualTo(AddressRange.of("fd00::/16"));
        assertThat(AddressRange.of("10.0.0.1/32")).isEqualTo(AddressRange.of("10.0.0.1"));
        assertThat(AddressRange.of("10.0.0.0/8")).isNotEqualTo(AddressRange.of("10.0.0.0/9"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.0/8", "fd00:0:0:0:0:0:0:0/8"})
    void prints_what_it_reads(String text) {
        assertThat(requireNonNull(AddressRange.of(text))).hasToString(text);
    }

    @ParameterizedTest
    @CsvSource({
        "192.0.2.7, 192.0.2.7/32",
        "::ffff:192.0.2.7, 192.0.2.7/32",
        "::FFFF:c000:207, 192.0.2.7/32",
        "2001:db8:1:2:3:4:5:6, 2001:db8:1:2:0:0:0:0/64",
        "2001:db8:1:2:ffff::, 2001:db8:1:2:0:0:0:0/64",
        "2001:DB8:1:3::, 2001:db8:1:3:0:0:0:0/64",
        "::1, 0:0:0:0:0:0:0:0/64",
        "fe80::1%eth0, fe80:0:0:0:0:0:0:0/64",
        "unknown, unknown",
        "'', ''"
    })
    void names_the_network_of_one_customer(String address, String network) {
        assertThat(AddressRange.network(address)).isEqualTo(network);
    }
}
