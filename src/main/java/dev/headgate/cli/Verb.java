// SPDX-License-Identifier: Apache-2.0
package dev.headgate.cli;

import java.io.PrintWriter;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What all commands share: where they print to, and how they say that they were called wrongly. */
abstract class Verb implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    final PrintWriter out() {
        return command().commandLine().getOut();
    }

    final PrintWriter err() {
        return command().commandLine().getErr();
    }

    /** To be thrown: ends the command with exit code 2. */
    final ParameterException misuse(String message) {
        return new ParameterException(command().commandLine(), message);
    }

    private CommandSpec command() {
        return Objects.requireNonNull(spec, "picocli sets the spec before it calls a command");
    }
}
