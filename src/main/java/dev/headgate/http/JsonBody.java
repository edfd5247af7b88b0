// SPDX-License-Identifier: Apache-2.0
package dev.headgate.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import dev.headgate.call.Endpoint;
import dev.headgate.call.RequestBody;
import dev.headgate.call.Target;
import java.io.ByteArrayOutputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A JSON body in memory. What goes to a target is the client's own bytes with the edits spliced in; everything else stays
 * byte for byte. Confined to the call's event loop.
 */
final class JsonBody implements RequestBody.Json {
    private static final byte[] NOTHING = {};

    private final Endpoint endpoint;
    private final JsonScan.Facts facts;
    private final Runnable onRelease;
    private byte @Nullable [] bytes;

    private JsonBody(byte[] bytes, Endpoint endpoint, JsonScan.Facts facts, Runnable onRelease) {
        this.bytes = bytes;
        this.endpoint = endpoint;
        this.facts = facts;
        this.onRelease = onRelease;
    }

    /**
     * Reads a body once, and keeps the array: nobody may write to it afterwards.
     *
     * @param onRelease runs once, when the bytes are dropped; not if this method throws
     * @throws dev.headgate.call.CallFailure 400 with what is wrong and where
     */
    static JsonBody parse(byte[] bytes, Endpoint endpoint, Runnable onRelease) {
        return new JsonBody(bytes, endpoint, JsonScan.scan(bytes, endpoint), onRelease);
    }

    @Override
    public @Nullable String model() {
        return facts.model();
    }

    @Override
    public boolean stream() {
        return facts.stream();
    }

    @Override
    public boolean replayable() {
        return true;
    }

    @Override
    public List<String> references() {
        return facts.references();
    }

    @Override
    public byte[] content() {
        return bytes == null ? NOTHING : bytes;
    }

    @Override
    public long leastPromptTokens() {
        return bytes == null ? 0 : PromptSize.leastTokens(bytes);
    }

    @Override
    public @Nullable String user() {
        return facts.extent().user();
    }

    @Override
    public long maxTokens() {
        return facts.extent().maxTokens();
    }

    @Override
    public int choices() {
        return facts.extent().choices();
    }

    @Override
    public @Nullable String member(String name) {
        Members members = facts.members();
        int found = -1;
        for (int i = 0; i < members.count(); i++) {
            if (members.name(i).equals(name)) {
                if (found >= 0) {
                    throw JsonFault.failure("The body has '" + name + "' twice; send it once.", name);
                }
                found = i;
            }
        }
        return found < 0 || bytes == null
                ? null
                : new String(bytes, members.start(found), members.end(found) - members.start(found), UTF_8);
    }

    @Override
    public boolean background() {
        return facts.background();
    }

    @Override
    public boolean lacksUsageRequest() {
        return usageIsOptional() && !facts.streamOptions().asks();
    }

    @Override
    public void release() {
        if (bytes != null) {
            bytes = null;
            onRelease.run();
        }
    }

    @Override
    public Outgoing to(Target target) {
        if (bytes == null) {
            throw new IllegalStateException("the body was released");
        }
        boolean askUsage = usageIsOptional() && target.backend().askUsage();
        Map<String, byte[]> values = values(target, askUsage);
        Members members = facts.members();
        Splice splice = new Splice(bytes);
        byte[] added = added(values);
        if (added.length > 0) {
            splice.replace(facts.inside(), facts.inside(), added);
        }
        for (int i = 0; i < members.count(); i++) {
            byte[] value = values.get(members.name(i));
            if (value != null) {
                splice.replace(members.start(i), members.end(i), value);
            } else if (askUsage && members.name(i).equals(StreamOptions.NAME)) {
                askIn(splice);
            }
        }
        return splice.finish();
    }

    /** Only in these two is usage left out of a stream unless it is asked for; responses always end with it. */
    private boolean usageIsOptional() {
        return facts.stream() && (endpoint == Endpoint.CHAT || endpoint == Endpoint.COMPLETIONS);
    }

    private void askIn(Splice splice) {
        StreamOptions options = facts.streamOptions();
        if (!options.asks()) {
            splice.replace(options.start(), options.end(), options.edit().getBytes(UTF_8));
        }
    }

    /** The members that get a new value, whether the client has them or not. */
    private Map<String, byte[]> values(Target target, boolean askUsage) {
        Map<String, byte[]> values = new LinkedHashMap<>();
        String id = target.id();
        if (id != null && facts.model() != null && !id.equals(facts.model())) {
            values.put("model", quoted(id));
        }
        target.set().forEach((name, json) -> values.put(name, json.getBytes(UTF_8)));
        target.defaults().forEach((name, json) -> {
            if (!facts.members().has(name)) {
                values.putIfAbsent(name, json.getBytes(UTF_8));
            }
        });
        if (askUsage) {
            if (facts.members().has(StreamOptions.NAME)) {
                values.computeIfPresent(StreamOptions.NAME, (name, json) -> StreamOptions.asking(json));
            } else {
                values.merge(StreamOptions.NAME, StreamOptions.asking(), (said, ask) -> StreamOptions.asking(said));
            }
        }
        return values;
    }

    /** What goes in after the opening brace: the members that the client has not. */
    private byte[] added(Map<String, byte[]> values) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        boolean comma = false;
        for (Map.Entry<String, byte[]> member : values.entrySet()) {
            if (facts.members().has(member.getKey())) {
                continue;
            }
            if (comma) {
                out.write(',');
            }
            out.writeBytes(quoted(member.getKey()));
            out.write(':');
            out.writeBytes(member.getValue());
            comma = true;
        }
        if (comma && facts.members().count() > 0) {
            out.write(',');
        }
        return out.toByteArray();
    }

    private static byte[] quoted(String text) {
        byte[] inner = JsonStringEncoder.getInstance().quoteAsUTF8(text);
        byte[] out = new byte[inner.length + 2];
        out[0] = '"';
        out[out.length - 1] = '"';
        System.arraycopy(inner, 0, out, 1, inner.length);
        return out;
    }
}
