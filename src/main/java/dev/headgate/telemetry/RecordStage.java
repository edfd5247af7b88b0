// SPDX-License-Identifier: Apache-2.0
package dev.headgate.telemetry;

import dev.headgate.call.Call;
import dev.headgate.call.CallRecord;
import dev.headgate.call.Reply;
import dev.headgate.pipeline.Stage;
import io.vertx.core.Future;

/** Outermost: notes what came of a call. The HTTP layer closes the record once the last byte is out. */
public final class RecordStage implements Stage {
    @Override
    public Future<Reply> handle(Call call, Next next) {
        CallRecord record = call.record();
        record.principal = call.principal();
        record.endpoint = call.endpoint();
        record.model = call.body().model();
        record.stream = call.body().stream();
        return next.proceed(call).onSuccess(reply -> reply.done().onSuccess(done -> record.completion = done));
    }
}
