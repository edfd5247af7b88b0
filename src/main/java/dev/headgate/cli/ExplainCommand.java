// SPDX-License-Identifier: Apache-2.0
package dev.headgate.cli;

import dev.headgate.call.AllowList;
import dev.headgate.config.HeadgateFile.AuthMode;
import dev.headgate.config.LoadResult.Loaded;
import dev.headgate.config.PriceFacts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "explain",
        description = {
            "Show what would happen to a call: its route, its targets in order, whether a key may use it, and every edit of the"
                    + " body. Nothing is sent; --live asks a running gateway where the limits of the key stand.",
            "Exit code 1 if the call would reach no backend."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  headgate explain --model demo/echo",
            "  headgate explain --model demo/echo --key-id acme/web --format json",
            "  headgate explain --model demo/echo --key-id acme/web --live",
            "  headgate explain --body request.json"
        })
final class ExplainCommand extends Verb {
    @Option(names = "--model", paramLabel = "M", description = "The name a client sends; default: the body's model.")
    private @Nullable String model;

    @Option(names = "--key-id", paramLabel = "TENANT/KEY", description = "The key's name, never the key itself.")
    private @Nullable String keyId;

    @Option(
            names = "--live",
            description =
                    "Also where each limit of the key stands in the running gateway, and whether it would refuse.")
    private boolean live;

    @Option(names = "--user", paramLabel = "U", description = "With --live: whose limits on each user, too.")
    private @Nullable String user;

    @Option(names = "--address", paramLabel = "A", description = "With --live: whose limits on each address, too.")
    private @Nullable String address;

    @Mixin
    private final AdminOptions admin = new AdminOptions();

    @Option(names = "--body", paramLabel = "FILE", description = "A JSON request body; its edits are then exact.")
    private @Nullable Path body;

    @Option(names = "--format", paramLabel = "F", defaultValue = "text", description = "text (default) or json.")
    private Format format = Format.text;

    @Mixin
    private final ConfigOptions files = new ConfigOptions();

    /** For people or for programs. */
    enum Format {
        text,
        json
    }

    @Override
    public Integer call() {
        BodyFacts facts = body == null ? null : BodyFacts.read(read(body));
        String name = model == null && facts != null ? facts.model() : model;
        if (name == null) {
            throw misuse("--model is missing" + (facts == null ? "" : ", and the body names none"));
        }
        checkLive();
        Loaded loaded = Loading.orReport(this, files.config(this), files.routes());
        boolean keysRequired = loaded.settings().auth() == AuthMode.KEYS;
        Caller caller = Caller.of(keyId, keysRequired, loaded.snapshot().keys(), Instant.now());
        Explanation explained = Explanation.of(
                name,
                caller,
                loaded.snapshot().routes(),
                loaded.snapshot().limits(),
                loaded.snapshot().alerts(),
                PriceFacts.at(loaded.snapshot(), Instant.now()),
                facts);
        LiveLimits limits = live ? limits(caller) : null;
        if (format == Format.json) {
            out().println(ExplanationJson.render(explained, limits));
        } else {
            AllowList mayUse = caller.principal() == null
                    ? AllowList.ALL
                    : caller.principal().mayUse();
            ExplanationText.print(explained, loaded.snapshot().routes().visible(mayUse), limits, out());
        }
        return explained.isServed() ? 0 : 1;
    }

    private void checkLive() {
        if (live && keyId == null) {
            throw misuse("--live needs --key-id, to know whose limits");
        }
        if (!live && (user != null || address != null || admin.isGiven())) {
            throw misuse("--user, --address and --admin need --live");
        }
    }

    private @Nullable LiveLimits limits(Caller caller) {
        return caller.principal() == null
                ? null
                : LiveLimits.ask(
                        admin.client(this, () -> files.config(this)),
                        caller.principal().tenant(),
                        user,
                        address);
    }

    private byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw misuse("cannot read " + file + ": " + e.getClass().getSimpleName());
        }
    }
}
