// SPDX-License-Identifier: Apache-2.0
/** The stage contract and the chain that a call walks, and the fair queue for those who wait on it. */
@NullMarked
package dev.headgate.pipeline;

import org.jspecify.annotations.NullMarked;
