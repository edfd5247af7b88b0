// SPDX-License-Identifier: Apache-2.0
package dev.headgate.admin;

import io.vertx.ext.web.Router;
import java.util.List;

/** A part of the admin API. Requests reach it with the token checked, and those with a body with that read. */
public sealed interface AdminResource permits KeysResource, LimitChangesResource, LimitsResource {
    /** What it answers to, to be shown to those who look elsewhere. */
    List<String> paths();

    /** Adds its handlers. */
    void mount(Router router);
}
