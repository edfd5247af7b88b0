// SPDX-License-Identifier: Apache-2.0
package dev.headgate.store.redis;

import io.vertx.redis.client.Response;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Which master of a cluster has which slots, by the <a href="https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/">
 * cluster specification</a>. Immutable.
 */
final class ClusterMap {
    static final int SLOTS = 16_384;
    static final ClusterMap UNKNOWN = new ClusterMap(new TreeMap<>());

    /** The masters by the first slot of each of their ranges. */
    private final NavigableMap<Integer, Range> ranges;

    private record Range(int last, String node) {}

    private ClusterMap(NavigableMap<Integer, Range> ranges) {
        this.ranges = ranges;
    }

    /**
     * Reads the answer to {@code CLUSTER SLOTS}.
     *
     * @param asked the node that answered, for one that does not know its own host
     */
    static ClusterMap of(@Nullable Response slots, String asked) {
        NavigableMap<Integer, Range> ranges = new TreeMap<>();
        if (slots != null) {
            for (Response range : slots) {
                Response master = range.get(2);
                String node = beside(asked, master.get(0) + ":" + master.get(1));
                ranges.put(number(range.get(0)), new Range(number(range.get(1)), node));
            }
        }
        return new ClusterMap(ranges);
    }

    /** The node that has the slot of a key; null if nobody is known to. */
    @Nullable
    String node(String key) {
        int slot = slot(key);
        var range = ranges.floorEntry(slot);
        return range == null || range.getValue().last < slot ? null : range.getValue().node;
    }

    Set<String> nodes() {
        Set<String> nodes = new LinkedHashSet<>();
        ranges.values().forEach(range -> nodes.add(range.node));
        return nodes;
    }

    /** The address of another node, with the scheme and the credentials of a known one. */
    static String beside(String known, String hostAndPort) {
        int hostAt = Math.max(known.indexOf("://") + 3, known.lastIndexOf('@') + 1);
        int colon = hostAndPort.lastIndexOf(':');
        String host = hostAndPort.substring(0, colon);
        if (host.isEmpty() || host.equals("null")) {
            String rest = known.substring(hostAt);
            int end = rest.lastIndexOf(':');
            host = end < 0 ? rest : rest.substring(0, end);
        } else if (host.indexOf(':') >= 0 && !host.startsWith("[")) {
            host = '[' + host + ']';
        }
        return known.substring(0, hostAt) + host + hostAndPort.substring(colon);
    }

    /** The slot of what stands between braces. */
    static int slot(String key) {
        int open = key.indexOf('{');
        int close = key.indexOf('}', open + 1);
        String tag = open < 0 || close <= open + 1 ? key : key.substring(open + 1, close);
        int crc = 0;
        for (byte b : tag.getBytes(StandardCharsets.UTF_8)) {
            crc ^= (b & 0xff) << 8;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 0x8000) != 0 ? (crc << 1) ^ 0x1021 : crc << 1;
            }
        }
        return (crc & 0xffff) % SLOTS;
    }

    /** Where a node that has not got a slot sends us; null if it does not. */
    static @Nullable String redirect(String kind, String message, String asked) {
        List<String> words = List.of(message.split(" ", -1));
        return words.size() >= 3 && words.getFirst().equals(kind) ? beside(asked, words.get(2)) : null;
    }

    private static int number(Response response) {
        Integer number = response.toInteger();
        return number == null ? 0 : number;
    }
}
