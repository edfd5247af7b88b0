// SPDX-License-Identifier: Apache-2.0
package dev.headgate.cli;

import dev.headgate.call.Secret;
import dev.headgate.config.ConfigLoader;
import dev.headgate.config.HeadgateFile;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option that says where the running gateway's management port is, and where its token is found: never on the command line. */
final class AdminOptions {
    static final String TOKEN = "HEADGATE_ADMIN_TOKEN";
    private static final int LAST_PORT = 65_535;

    @Option(
            names = "--admin",
            paramLabel = "URL",
            description = "Management port of the running gateway; default: admin.host and admin.port of the settings.")
    private @Nullable String url;

    boolean isGiven() {
        return url != null;
    }

    /** @param settings the settings file, asked for only if something of it is needed */
    AdminClient client(Verb verb, Supplier<Path> settings) {
        String token = System.getenv(TOKEN);
        boolean named = token != null && !token.isBlank();
        URI given = url == null ? null : address(verb, url);
        if (given != null && named) {
            return new AdminClient(given, new Secret(token), TOKEN);
        }
        Path file = settings.get();
        HeadgateFile.Admin admin = read(verb, file, named);
        URI base = given == null ? address(admin, file) : given;
        if (named) {
            return new AdminClient(base, new Secret(token), TOKEN);
        }
        if (admin.token() == null) {
            throw new Failure("no admin token is known: set " + TOKEN
                    + " to the one of admin.token, or to the one that the gateway printed when it started");
        }
        return new AdminClient(base, admin.token(), "admin.token of " + file);
    }

    private static HeadgateFile.Admin read(Verb verb, Path file, boolean named) {
        ConfigLoader.AdminReading reading = ConfigLoader.admin(file, System.getenv());
        // A token that is named elsewhere need not be found here as well.
        if (reading.admin() == null || (!named && !reading.problems().isEmpty())) {
            verb.err().println(Loading.Format.text.render(reading.problems()));
            throw new Failure("the settings do not say where the gateway is, or its token: set --admin and " + TOKEN);
        }
        return reading.admin();
    }

    private static URI address(HeadgateFile.Admin admin, Path file) {
        if (admin.port() == 0) {
            throw new Failure("admin.port of " + file + " is 0, so that the gateway picked one when it started: name it"
                    + " with --admin http://127.0.0.1:PORT");
        }
        String host = Map.of("0.0.0.0", "127.0.0.1", "::", "::1").getOrDefault(admin.host(), admin.host());
        return URI.create("http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + admin.port());
    }

    private static URI address(Verb verb, String written) {
        try {
            URI address = URI.create(written.endsWith("/") ? written.substring(0, written.length() - 1) : written);
            boolean http = "http".equals(address.getScheme()) || "https".equals(address.getScheme());
            boolean plain = address.getRawQuery() == null
                    && address.getRawFragment() == null
                    && address.getUserInfo() == null
                    && address.getPort() <= LAST_PORT;
            if (http && plain && address.getHost() != null) {
                return address;
            }
        } catch (IllegalArgumentException e) {
            // Told below.
        }
        throw verb.misuse("--admin has to be like http://127.0.0.1:8081, not '" + written + "'");
    }
}
