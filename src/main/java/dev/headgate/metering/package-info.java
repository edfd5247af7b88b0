// SPDX-License-Identifier: Apache-2.0
/** From text to tokens to money: what a call will take, what it took, and the record of it that outlives the process. */
@NullMarked
package dev.headgate.metering;

import org.jspecify.annotations.NullMarked;
