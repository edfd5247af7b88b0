// SPDX-License-Identifier: Apache-2.0
package dev.headgate.alert;

import dev.headgate.call.Secret;
import java.util.List;

/**
 * Whom a tenant's alerts go to, and when.
 *
 * @param webhook an absolute http(s) URL; whoever knows it may be able to post, so that it is never shown
 * @param secret signs what is posted, as {@link WebhookSignature} says
 * @param percents used parts of a limit, each 1 to 100 and different, ascending
 */
public record AlertRule(Secret webhook, Secret secret, List<Integer> percents) {
    public AlertRule {
        percents = percents.stream().sorted().distinct().toList();
    }
}
