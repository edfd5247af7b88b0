// SPDX-License-Identifier: Apache-2.0
package dev.headgate.auth;

import dev.headgate.call.Principal;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Who is calling: form, digest and look-up among a thousand keys. */
@State(Scope.Thread)
public class AuthBenchmark {
    private final String key = KeyFormat.create(new SecureRandom());
    private final String header = "Bearer " + key;
    private final Authenticator authenticator = Authenticator.requiring(ring(), new RevokedKeys());

    @Benchmark
    public Authenticator.Outcome authenticate() {
        return authenticator.authenticate(header, null, Instant.now());
    }

    @Benchmark
    public boolean wellFormed() {
        return KeyFormat.isWellFormed(key);
    }

    private KeyRing ring() {
        Map<String, GatewayKey> keys = new HashMap<>();
        keys.put(KeyFormat.digest(key), new GatewayKey(Principal.ANONYMOUS, null));
        for (int i = 0; i < 999; i++) {
            keys.put(KeyFormat.digest("other" + i), new GatewayKey(Principal.ANONYMOUS, null));
        }
        return new KeyRing(keys);
    }
}
