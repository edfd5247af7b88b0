// SPDX-License-Identifier: Apache-2.0
package dev.headgate.store.redis;

import java.util.List;
import java.util.function.UnaryOperator;

/** What Redis runs for the stores. */
record Scripts(
        Script reserve,
        Script settle,
        Script renew,
        Script adjust,
        Script republish,
        Script tellUsage,
        Script readUsage,
        Script claim) {
    static Scripts load() {
        return load(UnaryOperator.identity());
    }

    /** @param change of what those of the quota store share, such as the clock */
    static Scripts load(UnaryOperator<String> change) {
        String shared = change.apply(Script.read("quota.lua"));
        return new Scripts(
                script(shared, "reserve.lua"),
                script(shared, "settle.lua"),
                script(shared, "renew.lua"),
                script(shared, "adjust.lua"),
                script(shared, "republish.lua"),
                Script.of(Script.read("tell_usage.lua")),
                Script.of(Script.read("read_usage.lua")),
                Script.of(Script.read("claim.lua")));
    }

    List<Script> all() {
        return List.of(reserve, settle, renew, adjust, republish, tellUsage, readUsage, claim);
    }

    private static Script script(String shared, String file) {
        return Script.of(shared + Script.read(file));
    }
}
