// SPDX-License-Identifier: Apache-2.0
package dev.headgate;

import dev.headgate.call.Backend;
import dev.headgate.call.Version;
import dev.headgate.config.ConfigSources;
import dev.headgate.config.HeadgateFile;
import dev.headgate.config.LoadResult;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** What is printed at start: at most eight lines, the last one to paste. */
final class Banner {
    private Banner() {}

    static List<String> lines(LoadResult.Loaded loaded, Gateway gateway, ConfigSources sources) {
        HeadgateFile settings = loaded.settings();
        boolean open = settings.auth() == HeadgateFile.AuthMode.NONE;
        String api = scheme(settings) + host(settings.listen().host()) + ":" + gateway.port();
        String admin = "http://" + host(settings.admin().host()) + ":" + gateway.adminPort();
        List<String> lines = new ArrayList<>();
        lines.add("Headgate %s on Java %s"
                .formatted(Version.current(), Runtime.version().feature()));
        lines.add("API    %s/v1 (%s)".formatted(api, open ? "no key needed, this machine only" : "keys needed"));
        String token = gateway.adminToken();
        lines.add("Admin  %s%s".formatted(admin, token == null ? "" : " (token for this run: " + token + ")"));
        lines.add("Config %s, %s (revision %s)"
                .formatted(
                        sources.headgateYaml(),
                        settings.files().stream().map(Banner::fromHere).collect(Collectors.joining(", ")),
                        loaded.snapshot().revision()));
        lines.add("On     " + join(loaded, true));
        String off = join(loaded, false);
        if (!off.isEmpty()) {
            lines.add("Off    " + off);
        }
        String model = loaded.snapshot().routes().visible(dev.headgate.call.AllowList.ALL).stream()
                .findFirst()
                .orElse("MODEL");
        lines.add(
                "Try    curl -N %s/v1/chat/completions -H 'content-type: application/json'%s -d '{\"model\":\"%s\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}'"
                        .formatted(api, open ? "" : " -H 'authorization: Bearer YOUR_KEY'", model));
        return lines;
    }

    /** As a person who stands in the working folder would write it. */
    private static String fromHere(String file) {
        Path here = Path.of("").toAbsolutePath();
        Path path = Path.of(file);
        return (path.startsWith(here) ? here.relativize(path) : path).toString();
    }

    private static String scheme(HeadgateFile settings) {
        return settings.listen().tls() == null ? "http://" : "https://";
    }

    private static String host(String bound) {
        return bound.equals("0.0.0.0") || bound.equals("::")
                ? "localhost"
                : bound.contains(":") ? "[" + bound + "]" : bound;
    }

    private static String join(LoadResult.Loaded loaded, boolean on) {
        return loaded.snapshot().backends().values().stream()
                .filter(backend -> backend.isOn() == on)
                .map(backend -> on ? backend.name() : backend.name() + " (" + reason(backend) + ")")
                .collect(Collectors.joining(", "));
    }

    private static String reason(Backend backend) {
        return String.valueOf(backend.offReason());
    }
}
