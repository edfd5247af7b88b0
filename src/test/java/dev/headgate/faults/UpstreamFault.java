// SPDX-License-Identifier: Apache-2.0
package dev.headgate.faults;

import dev.headgate.call.ErrorKind;
import dev.headgate.testkit.Behaviour;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A backend's fault before it answers, and what is promised for it.
 *
 * @param backend its name in the configuration
 * @param behaviour what {@code broken} does, or null if the backend itself is the fault
 * @param promises by request: {@code document}, {@code stream}
 */
record UpstreamFault(String name, String backend, @Nullable Behaviour behaviour, Map<String, Promise> promises) {

    /**
     * What comes of a call that no other backend can answer.
     *
     * @param error null if the backend's own refusal is passed on
     * @param code what the client reads
     * @param outcome of the try, as it is counted
     */
    record Promise(int status, @Nullable ErrorKind error, String code, String outcome) {
        String words() {
            return status + " `" + code + "`";
        }

        /** Status class and error of the call, as they are counted. */
        String requests() {
            return status / 100 + "xx " + (error == null ? "none" : error.label());
        }

        /** The outcome of the try in the access line, which has the whole status. */
        String logged() {
            return outcome.endsWith("xx") ? "\\d{3}" : outcome;
        }

        String counted() {
            return "try `%s`; call `%s`".formatted(outcome, error == null ? "none" : error.label());
        }
    }

    static UpstreamFault plain(String name, String backend) {
        return new UpstreamFault(name, backend, null, Map.of());
    }

    static UpstreamFault scripted(String name, Behaviour behaviour) {
        return new UpstreamFault(name, "broken", behaviour, Map.of());
    }

    /** The backend's own refusal, as it is. */
    UpstreamFault passedOn(int status, String code) {
        return both(new Promise(status, null, code, "4xx"));
    }

    /** The backend answered well enough to be counted by its status, and yet Headgate has to speak for it. */
    UpstreamFault replaced(ErrorKind error) {
        return both(new Promise(error.status(), error, String.valueOf(error.code()), "4xx"));
    }

    UpstreamFault document(ErrorKind error) {
        return with("document", failed(error));
    }

    UpstreamFault stream(ErrorKind error) {
        return with("stream", failed(error));
    }

    UpstreamFault both(ErrorKind error) {
        return both(failed(error));
    }

    private UpstreamFault both(Promise promise) {
        return with("document", promise).with("stream", promise);
    }

    private static Promise failed(ErrorKind error) {
        String code = String.valueOf(error.code());
        return new Promise(error.status(), error, code, code);
    }

    private UpstreamFault with(String request, Promise promise) {
        var all = new LinkedHashMap<>(promises);
        all.put(request, promise);
        return new UpstreamFault(name, backend, behaviour, all);
    }
}
