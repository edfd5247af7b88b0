// SPDX-License-Identifier: Apache-2.0
package dev.headgate.http;

import io.netty.util.NetUtil;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Whose address a call counts for: the last one that no trusted proxy has. Pure. */
final class ClientAddress {
    private ClientAddress() {}

    /**
     * Reads {@code X-Forwarded-For} from its end, as far as trusted proxies wrote it.
     *
     * @param socket the address that the connection comes from
     * @param forwarded the header's lines in their order
     */
    static String of(String socket, List<String> forwarded, Predicate<String> trusted) {
        String client = socket.indexOf(':') < 0 ? socket : oneForm(socket);
        String[] hops = String.join(",", forwarded).split(",", -1);
        for (int i = hops.length - 1; i >= 0 && trusted.test(client); i--) {
            String hop = address(hops[i].strip());
            if (hop == null) {
                // Whatever stands before it may be anybody's invention.
                return client;
            }
            client = hop;
        }
        return client;
    }

    /** An address of version 6 can be written in many ways. */
    private static String oneForm(String socket) {
        byte[] bytes = NetUtil.createByteArrayFromIpAddressString(socket);
        return bytes == null ? socket : NetUtil.bytesToIpAddress(bytes);
    }

    /** Without a port and without brackets, as proxies write both; null if it is no address. */
    private static @Nullable String address(String hop) {
        String bare = hop;
        if (hop.startsWith("[")) {
            int end = hop.indexOf(']');
            bare = end < 0 ? hop : hop.substring(1, end);
        } else if (hop.indexOf(':') == hop.lastIndexOf(':') && hop.indexOf(':') > 0) {
            bare = hop.substring(0, hop.indexOf(':'));
        }
        byte[] bytes = NetUtil.createByteArrayFromIpAddressString(bare);
        return bytes == null ? null : NetUtil.bytesToIpAddress(bytes);
    }
}
