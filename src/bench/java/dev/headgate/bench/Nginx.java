// SPDX-License-Identifier: Apache-2.0
package dev.headgate.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** nginx as the yardstick, if it is installed: one worker, kept-alive connections, no buffering, no access log. */
final class Nginx {
    private static final String FRAME = """
            worker_processes 1;
            pid %1$s/pid;
            error_log %1$s/error.log;
            events { worker_connections 8192; }
            http {
              access_log off;
              client_body_temp_path %1$s/body; proxy_temp_path %1$s/proxy; fastcgi_temp_path %1$s/f;
              uwsgi_temp_path %1$s/u; scgi_temp_path %1$s/s;
              keepalive_requests 1000000000; keepalive_timeout 300;
              client_max_body_size 32m; client_body_buffer_size 64k;
              default_type application/json;
              %2$s
            }
            """;

    private Nginx() {}

    static Optional<Path> find() {
        Stream<String> folders =
                Stream.concat(Stream.of(System.getenv("PATH").split(":")), Stream.of("/usr/sbin", "/usr/local/sbin"));
        return folders.map(f -> Path.of(f, "nginx")).filter(Files::isExecutable).findFirst();
    }

    /** Answers everything with the same JSON. */
    static Child upstream(Path nginx, Path dir, String json) {
        int port = Child.freePort();
        return start(nginx, "upstream", dir, port, """
                server { listen 127.0.0.1:%d backlog=4096; location / { return 200 '%s'; } }
                """.formatted(port, json));
    }

    /** {@code proxy_pass} of streams to one upstream and of everything else to another. */
    static Child proxy(Path nginx, Path dir, int unary, int streams) {
        int port = Child.freePort();
        return start(nginx, "nginx", dir, port, """
                upstream unary { server 127.0.0.1:%d; keepalive 512; keepalive_requests 1000000000; }
                upstream streams { server 127.0.0.1:%d; keepalive 512; keepalive_requests 1000000000; }
                server {
                  listen 127.0.0.1:%d backlog=4096;
                  proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering off;
                  location / { if ($arg_events) { proxy_pass http://streams; } proxy_pass http://unary; }
                }
                """.formatted(unary, streams, port));
    }

    private static Child start(Path nginx, String name, Path dir, int port, String servers) {
        try {
            Path home = Files.createDirectories(dir.resolve(name));
            Path conf = Files.writeString(home.resolve("nginx.conf"), FRAME.formatted(home, servers));
            return Child.start(
                    name,
                    port,
                    Map.of(),
                    List.of(
                            nginx.toString(),
                            "-p",
                            home.toString(),
                            "-c",
                            conf.toString(),
                            "-e",
                            home.resolve("error.log").toString(),
                            "-g",
                            "daemon off;"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
