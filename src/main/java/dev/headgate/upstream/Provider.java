// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream;

import dev.headgate.call.Call;
import dev.headgate.call.Target;

/** A vendor's API dialect: turns a call into a request to one target. Pure; one instance serves all event loops. */
@FunctionalInterface
public interface Provider {
    Transport.Request encode(Call call, Target target);
}
