// SPDX-License-Identifier: Apache-2.0
package dev.headgate.auth;

import dev.headgate.call.Call;
import dev.headgate.call.CallFailure;
import dev.headgate.call.Ending;
import dev.headgate.call.ErrorKind;
import dev.headgate.call.GatewayError;
import dev.headgate.call.Reply;

/** Gets at the bytes of an answer that must be read before anybody sees it; what cannot be read is refused, never passed on. */
final class ReadableAnswer {
    private ReadableAnswer() {}

    static byte[] of(Call call, Reply reply) {
        String encoding = reply.headers().get("content-encoding");
        if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
            throw refuse(call, reply, "a compressed answer, though it was asked not to");
        }
        return switch (reply) {
            case Reply.Unary unary -> unary.body().getBytes();
            case Reply.Streaming streaming ->
                throw refuse(call, reply, "an answer too large to be checked; ask for fewer entries with \"limit\"");
        };
    }

    /** Ends the reply and says why it is not shown. */
    static CallFailure refuse(Call call, Reply reply, String what) {
        drop(reply);
        return GatewayError.of(
                        ErrorKind.UPSTREAM_FAILED,
                        "Backend \"%s\" gave %s."
                                .formatted(call.attemptTarget().backend().name(), what))
                .asFailure();
    }

    static void drop(Reply reply) {
        reply.ended(Ending.CUT);
    }
}
