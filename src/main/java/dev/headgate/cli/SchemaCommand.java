// SPDX-License-Identifier: Apache-2.0
package dev.headgate.cli;

import dev.headgate.config.JsonSchema;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        name = "schema",
        description = "Print the JSON Schema of a file, for editors.",
        footerHeading = "%nExamples:%n",
        footer = {"  headgate schema routes", "  headgate schema headgate"})
final class SchemaCommand extends Verb {
    @Parameters(
            arity = "0..1",
            paramLabel = "FILE",
            defaultValue = "routes",
            description = "routes (default) or headgate.")
    private Subject subject = Subject.routes;

    /** The kinds of file that have a schema. */
    enum Subject {
        routes,
        headgate
    }

    @Override
    public Integer call() {
        out().print(subject == Subject.routes ? JsonSchema.routes() : JsonSchema.headgate());
        out().flush();
        return 0;
    }
}
