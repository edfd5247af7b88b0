// SPDX-License-Identifier: Apache-2.0
package dev.headgate.http;

import dev.headgate.call.ErrorKind;
import dev.headgate.call.GatewayError;
import dev.headgate.call.GuardListener;
import io.vertx.core.Vertx;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** What the calls of one event loop share: its ticker, its door, its running calls and whether it drains. Confined to that loop. */
final class ApiLoop {
    private final ApiSettings settings;
    private final LoopTicker ticker;
    private final LoadGate gate;
    private final Set<ClientCall> running = new LinkedHashSet<>();
    private final TurnFlush turn = new TurnFlush();
    private boolean draining;

    ApiLoop(Vertx vertx, ApiSettings settings, GuardListener guards) {
        this.settings = settings;
        this.ticker = new LoopTicker(vertx, settings.times().tick());
        this.gate = new LoadGate(vertx, guards);
    }

    ApiSettings settings() {
        return settings;
    }

    LoopTicker ticker() {
        return ticker;
    }

    LoadGate gate() {
        return gate;
    }

    TurnFlush turn() {
        return turn;
    }

    boolean isDraining() {
        return draining;
    }

    void drain() {
        draining = true;
    }

    void began(ClientCall call) {
        running.add(call);
        ticker.add(call);
    }

    void ended(ClientCall call) {
        running.remove(call);
        ticker.remove(call);
        if (call.isAdmitted()) {
            gate.ended();
        }
    }

    int running() {
        return running.size();
    }

    /** Ends what is still running, with an error that says why. */
    void cutAll() {
        GatewayError error =
                GatewayError.of(ErrorKind.DRAINING, "The gateway is shutting down and could not wait any longer.");
        List.copyOf(running).forEach(call -> call.cut(error));
    }
}
