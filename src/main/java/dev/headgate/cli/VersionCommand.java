// SPDX-License-Identifier: Apache-2.0
package dev.headgate.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

@Command(
        name = "version",
        description = "Show the versions of Headgate, Vert.x and Java.",
        footerHeading = "%nExample:%n",
        footer = "  headgate version")
final class VersionCommand extends Verb implements IVersionProvider {
    @Override
    public Integer call() throws IOException {
        for (String line : getVersion()) {
            out().println(line);
        }
        return 0;
    }

    /** Read from what the build wrote, since asking Vert.x itself would load it. */
    @Override
    public String[] getVersion() throws IOException {
        Properties build = new Properties();
        try (InputStream in = VersionCommand.class.getResourceAsStream("/headgate.properties")) {
            build.load(in);
        }
        return new String[] {
            "headgate " + build.getProperty("version"),
            "vertx " + build.getProperty("vertx"),
            "java " + System.getProperty("java.version") + " (" + System.getProperty("java.vendor") + ")"
        };
    }
}
