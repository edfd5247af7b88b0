// SPDX-License-Identifier: Apache-2.0
package dev.headgate.config;

import io.vertx.core.json.JsonObject;

/** Lets bytes pass once two readings in a row were equal, so that a file is not taken while it is being written. */
final class TwoReadings {
    private JsonObject last = new JsonObject();
    private JsonObject settled = new JsonObject();
    private boolean moving;

    /** What stood still most recently; empty before the first two readings. */
    JsonObject settled(JsonObject reading) {
        moving = !reading.equals(last);
        if (!moving) {
            settled = reading;
        }
        last = reading;
        return settled;
    }

    /** Whether the last reading differed from the one before it, so that another one is wanted. */
    boolean isMoving() {
        return moving;
    }
}
