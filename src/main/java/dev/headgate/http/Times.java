// SPDX-License-Identifier: Apache-2.0
package dev.headgate.http;

import java.time.Duration;

/**
 * How long the API server waits; the defaults are what runs, other values are for tests.
 *
 * @param tick how often the time is looked at; nothing here is timed more exactly
 * @param keepAlive silence in a stream after which a comment is written
 * @param stall how long a client may leave written bytes untaken before it is cut
 * @param idle how long a connection may be without a request, or take over a request's head
 * @param linger how long a refused upload may go on arriving before its connection is closed, so that the answer can be read first
 * @param drain how long an answer is read on after its client has left, where a route wants that
 */
public record Times(Duration tick, Duration keepAlive, Duration stall, Duration idle, Duration linger, Duration drain) {
    public static final Times DEFAULT = new Times(
            Duration.ofMillis(100),
            Duration.ofSeconds(15),
            Duration.ofSeconds(60),
            Duration.ofSeconds(60),
            Duration.ofSeconds(1),
            Duration.ofSeconds(60));
}
