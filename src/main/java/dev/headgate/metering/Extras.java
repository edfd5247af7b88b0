// SPDX-License-Identifier: Apache-2.0
package dev.headgate.metering;

import dev.headgate.call.Endpoint;
import dev.headgate.call.Reported;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a call costs besides its tokens, or instead of them: as the request asks for it, and once there is an answer, as the answer
 * says. Follows the OpenAI API reference. Immutable.
 *
 * @param tier {@code service_tier} as asked for; null for the normal one
 * @param tools hosted tools that may be used, each with the request's member that brings it
 * @param mostToolCalls {@code max_tool_calls}; 0 if the request does not say
 * @param answers {@code n}; 0 if it cannot be known, as of a form
 * @param soundIn whether the prompt may hold sound
 * @param soundOut whether the answer may
 * @param reported what the answer said; null as long as there is none
 */
public record Extras(
        Endpoint endpoint,
        @Nullable String tier,
        Map<String, String> tools,
        long mostToolCalls,
        long answers,
        boolean soundIn,
        boolean soundOut,
        @Nullable Reported reported) {
    /** The tiers at which a model's normal price holds: OpenAI's names, Anthropic's and Groq's. */
    private static final Set<String> NORMAL = Set.of("auto", "default", "standard", "on_demand");

    /** Tools that the client runs itself, or whose only cost is tokens. Any other is one that the backend runs, and bills. */
    private static final Set<String> FREE =
            Set.of("function", "custom", "custom_tool", "mcp", "local_shell", "apply_patch");

    public Extras {
        tools = Map.copyOf(tools);
    }

    /** Of a request that asks for nothing of the kind. */
    public static Extras none(Endpoint endpoint) {
        boolean isForm = endpoint == Endpoint.IMAGE_EDITS || endpoint == Endpoint.IMAGE_VARIATIONS;
        return new Extras(endpoint, null, Map.of(), 0, isForm ? 0 : 1, false, false, null);
    }

    public static boolean isFree(String tool) {
        return FREE.contains(tool);
    }

    public static boolean isNormal(@Nullable String tier) {
        return tier == null || NORMAL.contains(tier);
    }

    /** The same, now that it was answered. */
    public Extras answered(Reported said) {
        return new Extras(endpoint, tier, tools, mostToolCalls, answers, soundIn, soundOut, said);
    }

    /** The same with one more tool. */
    Extras withTool(String tool, String member) {
        Map<String, String> more = new TreeMap<>(tools);
        more.putIfAbsent(tool, member);
        return new Extras(endpoint, tier, more, mostToolCalls, answers, soundIn, soundOut, reported);
    }

    public Extras withSoundIn() {
        return new Extras(endpoint, tier, tools, mostToolCalls, answers, true, soundOut, reported);
    }

    /**
     * The tiers of which the dearest is to be billed: the one that the answer names. Before there is an answer, the one that was asked
     * for; an answer that does not say may have been processed so or not.
     */
    List<@Nullable String> tiers() {
        if (reported != null && reported.tier() != null && !reported.tier().equals("auto")) {
            return Collections.singletonList(reported.tier());
        }
        return reported == null || isNormal(tier) ? Collections.singletonList(tier) : Arrays.asList(tier, null);
    }

    /** Whether the vendors bill the endpoint by tokens alone, so that an estimate of them is one of the cost. */
    boolean isByTokens() {
        return switch (endpoint) {
            case CHAT, COMPLETIONS, RESPONSES, EMBEDDINGS -> true;
            default -> false;
        };
    }

    /** How many of what has a price {@code perRequest} the call makes; 0 if it cannot be known. */
    long requests() {
        return switch (endpoint) {
            case IMAGES, IMAGE_EDITS, IMAGE_VARIATIONS -> answers;
            default -> 1;
        };
    }

    /** Whether answers of the endpoint list which tools were used. */
    boolean listsToolCalls() {
        return endpoint == Endpoint.RESPONSES;
    }
}
