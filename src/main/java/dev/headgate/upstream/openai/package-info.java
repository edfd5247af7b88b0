// SPDX-License-Identifier: Apache-2.0
/** The OpenAI dialect. */
@NullMarked
package dev.headgate.upstream.openai;

import org.jspecify.annotations.NullMarked;
