// SPDX-License-Identifier: Apache-2.0
package dev.headgate.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClientAddressTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            # socket    | forwarded                                | client
            192.0.2.7   |                                          | 192.0.2.7
            192.0.2.7   | 203.0.113.9                              | 192.0.2.7
            2001:db8:0:0:0:0:0:1 |                                 | 2001:db8::1
            10.0.0.1    |                                          | 10.0.0.1
            10.0.0.1    | 203.0.113.9                              | 203.0.113.9
            10.0.0.1    | 198.51.100.1, 203.0.113.9                | 203.0.113.9
            10.0.0.1    | 198.51.100.1, 203.0.113.9 , 10.0.0.2     | 203.0.113.9
            10.0.0.1    | 198.51.100.1; 203.0.113.9                | 203.0.113.9
            10.0.0.1    | 10.0.0.3, 10.0.0.2                       | 10.0.0.3
            10.0.0.1    | 203.0.113.9:4711                         | 203.0.113.9
            10.0.0.1    | [2001:db8::1]:4711                       | 2001:db8::1
            10.0.0.1    | 2001:DB8:0:0:0:0:0:1                     | 2001:db8::1
            10.0.0.1    | 203.0.113.9, unknown                     | 10.0.0.1
            10.0.0.1    | 203.0.113.9, , 10.0.0.2                  | 10.0.0.2
            """)
    void is_the_last_one_that_no_trusted_proxy_has(String socket, String forwarded, String client) {
        List<String> lines = forwarded == null ? List.of() : Arrays.asList(forwarded.split(";"));

        assertThat(ClientAddress.of(socket, lines, address -> address.startsWith("10.")))
                .isEqualTo(client);
    }
}
