// SPDX-License-Identifier: Apache-2.0
package dev.headgate.alert;

import io.vertx.core.Future;
import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks what this process remembers and then what all replicas share. One of them that does not answer is passed over: rather two
 * alerts than none.
 */
public final class TwoClaims implements AlertClaims {
    private static final Logger LOG = LoggerFactory.getLogger(TwoClaims.class);

    private final AlertClaims own;
    private final AlertClaims shared;

    public TwoClaims(AlertClaims own, AlertClaims shared) {
        this.own = own;
        this.shared = shared;
    }

    @Override
    public Future<Boolean> claim(Threshold threshold, Instant until) {
        return orElse(own, threshold, until)
                .compose(first -> first ? orElse(shared, threshold, until) : Future.succeededFuture(false));
    }

    private static Future<Boolean> orElse(AlertClaims claims, Threshold threshold, Instant until) {
        return claims.claim(threshold, until).recover(cause -> {
            LOG.warn("An alert may be sent twice: {}", cause.getMessage());
            return Future.succeededFuture(true);
        });
    }
}
