// SPDX-License-Identifier: Apache-2.0
package dev.headgate.cli;

import dev.headgate.Main;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Starts the gateway. {@link Main} is the door to the server, and it opens only when this is called. */
@Command(
        name = "run",
        description = "Start the gateway and serve until SIGTERM or Ctrl-C.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  headgate run",
            "  headgate run --port 0 --admin-port 0",
            "  headgate run --config conf/headgate.yaml --routes routes.yaml"
        })
final class RunCommand extends Verb {
    @Mixin
    private final ConfigOptions files = new ConfigOptions();

    @Option(
            names = "--port",
            paramLabel = "N",
            description = "Port of the API in place of the file's; 0 picks a free one.")
    private @Nullable Integer port;

    @Option(
            names = "--admin-port",
            paramLabel = "N",
            description = "Port of health, metrics and administration; 0 picks a free one.")
    private @Nullable Integer adminPort;

    @Override
    public Integer call() {
        checkPort("--port", port);
        checkPort("--admin-port", adminPort);
        return Main.run(files.config(this), files.routes(), port, adminPort);
    }

    private void checkPort(String option, @Nullable Integer value) {
        if (value != null && (value < 0 || value > 65_535)) {
            throw misuse(option + " must be from 0 to 65535, not " + value);
        }
    }
}
