// SPDX-License-Identifier: Apache-2.0
package dev.headgate;

import dev.headgate.call.Call;
import dev.headgate.call.Endpoint;
import dev.headgate.call.RequestBody;
import dev.headgate.call.Target;
import dev.headgate.metering.Extras;
import dev.headgate.metering.ExtrasReader;
import dev.headgate.quota.Costs;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a request asks for at extra cost, and what the models that may answer it add with their {@code set} and {@code default}. */
final class AskedExtras {
    private final Call call;
    private final RequestBody.Json json;
    private final boolean sound;

    private AskedExtras(Call call, RequestBody.Json json, boolean sound) {
        this.call = call;
        this.json = json;
        this.sound = sound;
    }

    /**
     * Reads the body, which may be gone when the answer is asked for.
     *
     * @param lookForSound whether to look for sound in the prompt, which takes a pass over it
     * @throws dev.headgate.call.CallFailure 400 if the request says something twice
     */
    static Costs.Asked of(Call call, List<Target> targets, boolean lookForSound) {
        Extras nothing = Extras.none(call.endpoint());
        if (!(call.body() instanceof RequestBody.Json json)) {
            return target -> nothing;
        }
        boolean talks = call.endpoint() == Endpoint.CHAT || call.endpoint() == Endpoint.RESPONSES;
        AskedExtras asked = new AskedExtras(call, json, lookForSound && talks && ExtrasReader.hasSound(json.content()));
        Extras plain = asked.read(null);
        Map<String, Extras> special = new HashMap<>();
        targets.stream()
                .filter(AskedExtras::isSpecial)
                .forEach(target -> special.put(target.model(), asked.read(target)));
        return target -> special.getOrDefault(target.model(), plain);
    }

    private static boolean isSpecial(Target target) {
        return ExtrasReader.alwaysSearches(target.vendorId())
                || ExtrasReader.MEMBERS.stream()
                        .anyMatch(name -> target.set().containsKey(name)
                                || target.defaults().containsKey(name));
    }

    private Extras read(@Nullable Target target) {
        Extras extras = ExtrasReader.read(
                call.endpoint(), name -> member(target, name), target == null ? "" : target.vendorId());
        return sound ? extras.withSoundIn() : extras;
    }

    /** The text that goes to the target. */
    private @Nullable String member(@Nullable Target target, String name) {
        String set = target == null ? null : target.set().get(name);
        if (set != null) {
            return set;
        }
        String said = json.member(name);
        return said == null && target != null ? target.defaults().get(name) : said;
    }
}
