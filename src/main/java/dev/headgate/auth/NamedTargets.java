// SPDX-License-Identifier: Apache-2.0
package dev.headgate.auth;

import dev.headgate.call.Call;
import dev.headgate.call.Target;
import java.util.List;

/** What a name that a client sends stands for; routing knows. */
@FunctionalInterface
public interface NamedTargets {
    /**
     * The targets of a route in their order, at least one; notes the route in the call's record.
     *
     * @throws dev.headgate.call.CallFailure if there is no such route, or the caller may not use it
     */
    List<Target> of(String name, Call call);
}
