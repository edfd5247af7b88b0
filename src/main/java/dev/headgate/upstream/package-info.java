// SPDX-License-Identifier: Apache-2.0
/** Talking to backends: encode, send, observe the answer. */
@NullMarked
package dev.headgate.upstream;

import org.jspecify.annotations.NullMarked;
