// SPDX-License-Identifier: Apache-2.0
/** The Azure OpenAI dialect. */
@NullMarked
package dev.headgate.upstream.azure;

import org.jspecify.annotations.NullMarked;
