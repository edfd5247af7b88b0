// SPDX-License-Identifier: Apache-2.0
package dev.headgate.call;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where Redis is. One server: {@code redis://[[user]:password@]host[:port][/database]}, with TLS {@code rediss://}, or
 * {@code unix:///path}. A set that Sentinels watch: {@code redis-sentinel://[[user]:password@]sentinel[:port],…/master[/database]}. A
 * cluster: {@code redis-cluster://[[user]:password@]host[:port],…}. With TLS {@code rediss-sentinel://} and {@code rediss-cluster://}.
 * What stands before {@code @} is percent-encoded.
 *
 * @param servers each with its scheme ({@code redis}, {@code rediss} or {@code unix}), credentials and database
 * @param master the name that the Sentinels know it by; null unless they do
 */
public record RedisAddress(
        Kind kind, List<String> servers, @Nullable String master) {
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,9}");
    private static final Pattern PARAMETERS = Pattern.compile("(((user|password)=[^&]*|db=[0-9]{1,9})(&|$))*");
    private static final int LAST_PORT = 65_535;
    private static final String UNREADABLE = "it is not written as a URL is";
    private static final String NO_HOST = "it names no host";
    private static final String ENCODE = "; in a password, write @ : / # and % as %40 %3A %2F %23 and %25";

    /** How the servers are arranged. */
    public enum Kind {
        SERVER,
        SENTINEL,
        CLUSTER
    }

    /**
     * Reads an address.
     *
     * @throws IllegalArgumentException if it is none; the message says why, and repeats nothing of it but the scheme and a port,
     *     because it may hold a password
     */
    public static RedisAddress of(String url) {
        int colon = url.indexOf("://");
        if (colon < 0) {
            throw new IllegalArgumentException("it does not begin with redis:// or a scheme like it");
        }
        String scheme = url.substring(0, colon);
        String rest = url.substring(colon + 3);
        return switch (scheme) {
            case "redis", "rediss", "unix" -> new RedisAddress(Kind.SERVER, List.of(server(url)), null);
            case "redis-sentinel", "rediss-sentinel" -> sentinel(scheme, rest);
            case "redis-cluster", "rediss-cluster" -> cluster(scheme, rest);
            default -> throw new IllegalArgumentException(unknown(scheme));
        };
    }

    /** A password may come to stand there, so only what looks like a scheme is repeated. */
    private static String unknown(String scheme) {
        return scheme.length() <= 16 && scheme.matches("[A-Za-z][A-Za-z0-9+.-]*")
                ? scheme.toLowerCase(Locale.ROOT) + ":// is no scheme of Redis"
                : "it does not begin with redis:// or a scheme like it";
    }

    private static RedisAddress sentinel(String scheme, String rest) {
        int at = rest.lastIndexOf('@');
        int slash = rest.indexOf('/', at + 1);
        String[] path = slash < 0 ? new String[0] : rest.substring(slash + 1).split("/", -1);
        if (path.length == 0 || path[0].isEmpty() || path.length > 2) {
            throw new IllegalArgumentException(
                    "the name of the master that the Sentinels watch is missing: host,host/master");
        }
        String database = path.length == 2 ? '/' + path[1] : "";
        return new RedisAddress(Kind.SENTINEL, servers(scheme, rest.substring(0, slash), database), path[0]);
    }

    private static RedisAddress cluster(String scheme, String rest) {
        int slash = rest.indexOf('/', rest.lastIndexOf('@') + 1);
        if (slash >= 0 && slash < rest.length() - 1) {
            throw new IllegalArgumentException("a cluster has no databases, so nothing may follow its hosts");
        }
        return new RedisAddress(Kind.CLUSTER, servers(scheme, slash < 0 ? rest : rest.substring(0, slash), ""), null);
    }

    private static List<String> servers(String scheme, String rest, String database) {
        String tls = scheme.startsWith("rediss") ? "rediss://" : "redis://";
        int at = rest.lastIndexOf('@');
        String credentials = rest.substring(0, at + 1);
        return Stream.of(rest.substring(at + 1).split(",", -1))
                .map(host -> server(tls + credentials + host + database))
                .toList();
    }

    private static String server(String url) {
        URI uri;
        try {
            uri = new URI(url);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(url.indexOf('@') < 0 ? UNREADABLE : UNREADABLE + ENCODE, null);
        }
        if ("unix".equals(uri.getScheme())) {
            require(
                    uri.getPath() != null && uri.getPath().length() > 1,
                    "it names no socket, as unix:///run/redis.sock does");
            return url;
        }
        require(uri.getHost() != null, url.indexOf('@') < 0 ? NO_HOST : NO_HOST + ENCODE);
        require(uri.getPort() <= LAST_PORT && uri.getPort() != 0, "its port is not between 1 and 65535");
        String database = uri.getPath();
        require(
                database == null
                        || database.length() < 2
                        || NUMBER.matcher(database.substring(1)).matches(),
                "the database behind its host is not a number");
        require(uri.getRawFragment() == null, "it has a #" + ENCODE);
        credentials(uri.getRawUserInfo(), uri.getRawQuery());
        return url;
    }

    private static void credentials(@Nullable String written, @Nullable String query) {
        boolean elsewhere = query != null && query.contains("password=");
        require(
                query == null || PARAMETERS.matcher(query).matches(),
                "behind its ? only user, password and db are known");
        require(
                written == null || written.indexOf(':') >= 0 || elsewhere,
                "it has a user without a password; a password alone is written :password@");
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException(otherwise);
        }
    }

    /** Never shows a password. */
    @Override
    public String toString() {
        return "RedisAddress[" + kind + "]";
    }
}
