// SPDX-License-Identifier: Apache-2.0
package dev.headgate.store.redis;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a server says of itself by <a href="https://redis.io/docs/latest/commands/info/">INFO</a>. What it does not say is empty.
 *
 * @param version such as 7.2.4
 * @param maxMemory bytes; 0 is no bound
 * @param policy what happens when the memory is full
 */
record ServerInfo(String version, String maxMemory, String policy) {
    private static final Pattern VERSION = Pattern.compile("(\\d{1,6})\\.(\\d{1,6})(\\..*)?");
    private static final int MAJOR = 6;
    private static final int MINOR = 2;

    static ServerInfo of(String info) {
        return new ServerInfo(value(info, "redis_version"), value(info, "maxmemory"), value(info, "maxmemory_policy"));
    }

    /** What is wrong with it for a store of limits, and how to mend it. */
    List<String> complaints() {
        List<String> complaints = new ArrayList<>();
        if (isOld()) {
            complaints.add("Redis is of version " + version + ", and limits need 6.2 or newer");
        }
        boolean bounded = !maxMemory.isEmpty() && !maxMemory.equals("0");
        if (bounded && !policy.isEmpty() && !policy.equals("noeviction")) {
            complaints.add("Redis forgets counters when its memory is full (maxmemory-policy " + policy
                    + "), so limits would not hold: set maxmemory-policy to noeviction");
        }
        return complaints;
    }

    private boolean isOld() {
        Matcher numbers = VERSION.matcher(version);
        if (!numbers.matches()) {
            return false;
        }
        int major = Integer.parseInt(numbers.group(1));
        return major < MAJOR || (major == MAJOR && Integer.parseInt(numbers.group(2)) < MINOR);
    }

    private static String value(String info, String name) {
        return info.lines()
                .filter(line -> line.startsWith(name + ':'))
                .map(line -> line.substring(name.length() + 1).strip())
                .findFirst()
                .orElse("");
    }
}
