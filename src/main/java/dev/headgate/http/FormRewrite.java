// SPDX-License-Identifier: Apache-2.0
package dev.headgate.http;

import io.netty.buffer.ByteBuf;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.buffer.BufferInternal;
import java.util.ArrayList;
import java.util.List;

/** Passes a form through and puts another value into its model part; every other byte stays. Single use. */
final class FormRewrite {
    private final FormScanner scanner;
    private final Buffer model;
    /** What has come since the model part began, while its end is unknown. */
    private final Buffer held = Buffer.buffer();

    private long offset;
    private boolean replaced;

    FormRewrite(String boundary, String model) {
        this.scanner = new FormScanner(boundary);
        this.model = Buffer.buffer(model);
    }

    /**
     * What goes on for a piece that came; empty buffers are left out.
     *
     * @throws dev.headgate.call.CallFailure 400 if the form turns out to be unfit
     */
    List<Buffer> pass(Buffer piece) {
        long begin = offset;
        offset += piece.length();
        ByteBuf bytes = ((BufferInternal) piece).getByteBuf();
        scanner.feed(bytes);
        if (replaced || scanner.modelStart() < 0) {
            return List.of(piece);
        }
        List<Buffer> out = new ArrayList<>(3);
        int cut = (int) Math.max(0, scanner.modelStart() - begin);
        add(out, piece.slice(0, cut));
        held.appendBuffer(piece.slice(cut, piece.length()));
        if (scanner.modelEnd() >= 0) {
            replaced = true;
            add(out, model);
            add(out, held.slice((int) (scanner.modelEnd() - scanner.modelStart()), held.length()));
        }
        return out;
    }

    /** Whether what came is a whole form. */
    boolean closed() {
        return scanner.closed();
    }

    /** Says that no more comes; throws a 400 if the form is not complete, or left its model to the backend's default. */
    void finish() {
        scanner.finish();
        if (!replaced) {
            throw FormFault.noModel();
        }
    }

    private static void add(List<Buffer> out, Buffer buffer) {
        if (buffer.length() > 0) {
            out.add(buffer);
        }
    }
}
