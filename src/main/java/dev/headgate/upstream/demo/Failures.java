// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream.demo;

import io.vertx.core.Vertx;
import io.vertx.core.shareddata.LocalMap;
import io.vertx.core.shareddata.Shareable;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Decides which requests fail on purpose. They are counted per backend and model over all event loops of one Vert.x, and the
 * failures are spread evenly: at 20 % every fifth request fails, whatever it says, so that a retry gets through and a tutorial
 * gives everybody the same sequence.
 */
final class Failures {
    private final LocalMap<String, Turns> turns;

    Failures(Vertx vertx) {
        this.turns = vertx.sharedData().getLocalMap("headgate.demo.turns");
    }

    boolean next(String backend, String model, int percent) {
        if (percent == 0) {
            return false;
        }
        var counter = turns.computeIfAbsent(backend + " " + model, key -> new Turns(new AtomicLong()));
        return fails(counter.count().incrementAndGet(), percent);
    }

    /** Whether the given turn, counted from 1, is one of the failing ones. */
    static boolean fails(long turn, int percent) {
        return turn * percent / 100 > (turn - 1) * percent / 100;
    }

    private record Turns(AtomicLong count) implements Shareable {}
}
