// SPDX-License-Identifier: Apache-2.0
package dev.headgate;

import dev.headgate.config.HeadgateFile;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.ServerSSLOptions;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes a new certificate while the gateway runs: looks at both files every few seconds and hands them to the server when they have
 * changed and two looks in a row saw the same. A pair that does not work is refused, and the old one stays.
 */
final class CertificateWatch {
    private static final Logger LOG = LoggerFactory.getLogger(CertificateWatch.class);

    private final Vertx vertx;
    private final HeadgateFile.Tls files;
    private final Function<ServerSSLOptions, Future<Boolean>> server;
    private Pair running;
    private Pair seen;

    private CertificateWatch(
            Vertx vertx, HeadgateFile.Tls files, Function<ServerSSLOptions, Future<Boolean>> server, Pair running) {
        this.vertx = vertx;
        this.files = files;
        this.server = server;
        this.running = running;
        this.seen = running;
    }

    /** @param server takes new options, as the API server does */
    static Future<Void> start(
            Vertx vertx,
            HeadgateFile.Tls files,
            long periodMillis,
            Function<ServerSSLOptions, Future<Boolean>> server) {
        return read(vertx, files)
                .onSuccess(pair -> {
                    CertificateWatch watch = new CertificateWatch(vertx, files, server, pair);
                    vertx.setPeriodic(periodMillis, id -> watch.look());
                })
                .mapEmpty();
    }

    static ServerSSLOptions options(PemKeyCertOptions pair) {
        return new ServerSSLOptions().setKeyCertOptions(pair);
    }

    private void look() {
        read(vertx, files).onSuccess(pair -> {
            boolean settled = pair.equals(seen);
            seen = pair;
            if (settled && !pair.equals(running)) {
                running = pair;
                take(pair);
            }
        });
    }

    private void take(Pair pair) {
        PemKeyCertOptions pem = new PemKeyCertOptions().addCertValue(pair.cert).addKeyValue(pair.key);
        server.apply(options(pem))
                .onSuccess(updated -> LOG.info("TLS certificate reloaded from {}", files.cert()))
                .onFailure(cause -> LOG.error(
                        "TLS certificate {} and key {} were refused, the old ones stay: {}",
                        files.cert(),
                        files.key(),
                        cause.getMessage()));
    }

    private static Future<Pair> read(Vertx vertx, HeadgateFile.Tls files) {
        return vertx.fileSystem()
                .readFile(files.cert().toString())
                .compose(cert ->
                        vertx.fileSystem().readFile(files.key().toString()).map(key -> new Pair(cert, key)));
    }

    private record Pair(Buffer cert, Buffer key) {}
}
