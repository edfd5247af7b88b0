// SPDX-License-Identifier: Apache-2.0
package dev.headgate.store.redis;

import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.util.ArrayList;
import java.util.List;

/**
 * A script with its keys and arguments: numbers, texts and buffers.
 *
 * @param keys at least one, because a cluster finds the node by it
 */
record ScriptCall(Script script, List<String> keys, List<Object> arguments) {
    static ScriptCall of(Script script, String key, Object... arguments) {
        return new ScriptCall(script, List.of(key), List.of(arguments));
    }

    /** For a Redis that knows the script. */
    Request byDigest() {
        return request(Command.EVALSHA, script.sha1());
    }

    /** For a Redis that must learn the script. */
    Request asText() {
        return request(Command.EVAL, script.text());
    }

    private Request request(Command command, String which) {
        List<Object> all = new ArrayList<>(2 + keys.size() + arguments.size());
        all.add(which);
        all.add(keys.size());
        all.addAll(keys);
        all.addAll(arguments);
        return Request.cmd(command, all.toArray());
    }
}
