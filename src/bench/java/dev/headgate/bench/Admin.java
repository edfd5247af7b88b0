// SPDX-License-Identifier: Apache-2.0
package dev.headgate.bench;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Asks Headgate's management port. */
final class Admin {
    private static final Pattern REVISION = Pattern.compile("\"revision\"\\s*:\\s*\"([^\"]+)\"");
    private final HttpClient client = HttpClient.newHttpClient();
    private final int port;

    Admin(int port) {
        this.port = port;
    }

    /** The revision of the running configuration. */
    String revision() {
        Matcher found = REVISION.matcher(get("/health/ready"));
        if (!found.find()) {
            throw new IllegalStateException("no revision");
        }
        return found.group(1);
    }

    /** Megabytes of the heap that are in use, garbage included. */
    double heapMegabytes() {
        return sum("jvm_memory_used_bytes{area=\"heap\"") / (1024 * 1024);
    }

    /** The sum of all samples that begin so: a metric's name, and as many of its labels as are wanted. */
    double sum(String start) {
        return get("/metrics")
                .lines()
                .filter(line -> line.startsWith(start))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    private String get(String path) {
        try {
            return client.send(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                                    .timeout(Duration.ofSeconds(10))
                                    .build(),
                            BodyHandlers.ofString())
                    .body();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
