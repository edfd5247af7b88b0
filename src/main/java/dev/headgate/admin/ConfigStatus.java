// SPDX-License-Identifier: Apache-2.0
package dev.headgate.admin;

import dev.headgate.config.HeadgateFile;
import dev.headgate.config.Problem;
import dev.headgate.config.Snapshot;
import java.util.List;

/** What is running and what stands in its way: the current snapshot, and the problems of the files on disk. Thread-safe. */
public final class ConfigStatus {
    private final HeadgateFile settings;
    private volatile State state;

    /** @param warnings of the files with which the process began */
    public ConfigStatus(HeadgateFile settings, Snapshot snapshot, List<Problem> warnings) {
        this.settings = settings;
        this.state = new State(snapshot, System.currentTimeMillis(), List.copyOf(warnings), true);
    }

    public void accepted(Snapshot snapshot, List<Problem> warnings) {
        state = new State(snapshot, System.currentTimeMillis(), List.copyOf(warnings), true);
    }

    public void refused(List<Problem> problems) {
        State before = state;
        state = new State(before.snapshot, before.takenAtMillis, List.copyOf(problems), false);
    }

    public boolean isLastReloadSuccessful() {
        return state.successful;
    }

    /** Milliseconds since 1970. */
    public long takenAtMillis() {
        return state.takenAtMillis;
    }

    /** What new calls see. */
    public Snapshot snapshot() {
        return state.snapshot;
    }

    HeadgateFile settings() {
        return settings;
    }

    State state() {
        return state;
    }

    record State(Snapshot snapshot, long takenAtMillis, List<Problem> problems, boolean successful) {}
}
