// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream;

import dev.headgate.call.Backend;
import dev.headgate.upstream.azure.AzureProvider;
import dev.headgate.upstream.openai.OpenAiProvider;
import java.util.Map;

/** The registry of dialects: one line each. */
final class Providers {
    private static final Map<Backend.Dialect, Provider> ALL = Map.of(
            Backend.Dialect.OPENAI, new OpenAiProvider(),
            Backend.Dialect.AZURE, new AzureProvider(),
            Backend.Dialect.DEMO, new OpenAiProvider());

    private Providers() {}

    static Provider of(Backend.Dialect dialect) {
        Provider provider = ALL.get(dialect);
        if (provider == null) {
            throw new IllegalStateException("no provider for " + dialect);
        }
        return provider;
    }
}
