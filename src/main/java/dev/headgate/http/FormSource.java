// SPDX-License-Identifier: Apache-2.0
package dev.headgate.http;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import org.jspecify.annotations.Nullable;

/** Bytes of a form, asked for one piece at a time; nobody asks for the next before the last has come. */
interface FormSource {
    /** The next piece, or null at the end; fails if the rest will never come. */
    Future<@Nullable Buffer> next();
}
