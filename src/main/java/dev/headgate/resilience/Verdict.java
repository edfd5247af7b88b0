// SPDX-License-Identifier: Apache-2.0
package dev.headgate.resilience;

import dev.headgate.call.CallFailure;
import dev.headgate.call.ErrorKind;
import dev.headgate.call.Reply;
import dev.headgate.call.UpstreamFault;

/** What came of one try, as far as the next step depends on it. Pure. */
enum Verdict {
    /** An answer for the client, or an error that is the client's own: it is passed on. */
    PASS_ON,
    /** The backend is at fault: the same request may succeed elsewhere, or later. */
    TRY_AGAIN,
    /** The backend does not accept the credential, or its account is out of money. */
    KEY_REFUSED,
    /** The credential has used up its rate. */
    KEY_LIMITED,
    /** The prompt is longer than the model's window. */
    CONTEXT_TOO_LONG,
    /** The backend's content policy refuses the prompt. */
    CONTENT_FILTERED,
    /** The target was not asked, because something of ours keeps calls from it. */
    NOT_ADMITTED,
    /** A fault of ours, or the end of the call: trying again would not help. */
    GIVE_UP;

    static Verdict of(Reply reply) {
        int status = reply.status();
        if (status < 400) {
            return PASS_ON;
        }
        UpstreamFault fault = reply.fault();
        return of(fault == null ? new UpstreamFault(status, null, null, null) : fault);
    }

    static Verdict of(Throwable cause) {
        if (cause instanceof NotAdmitted) {
            return NOT_ADMITTED;
        }
        if (!(cause instanceof CallFailure failure)) {
            return GIVE_UP;
        }
        UpstreamFault fault = failure.fault();
        if (fault != null) {
            Verdict said = of(fault);
            return said == PASS_ON && isUpstream(failure) ? TRY_AGAIN : said;
        }
        return isUpstream(failure) ? TRY_AGAIN : GIVE_UP;
    }

    private static boolean isUpstream(CallFailure failure) {
        return failure.error().kind().fault() == ErrorKind.Fault.UPSTREAM;
    }

    private static Verdict of(UpstreamFault fault) {
        if (fault.isContextTooLong()) {
            return CONTEXT_TOO_LONG;
        }
        if (fault.isContentFiltered()) {
            return CONTENT_FILTERED;
        }
        return switch (fault.status()) {
            case 401, 402, 403 -> KEY_REFUSED;
            case 429 -> fault.isOutOfQuota() ? KEY_REFUSED : KEY_LIMITED;
            // A 409 is a lock that another request holds, in the words of OpenAI's own clients.
            case 408, 409 -> TRY_AGAIN;
            default -> fault.status() >= 500 ? TRY_AGAIN : PASS_ON;
        };
    }
}
