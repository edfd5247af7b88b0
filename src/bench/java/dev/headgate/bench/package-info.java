// SPDX-License-Identifier: Apache-2.0
/** Measures Headgate from outside, as a process among processes, and its hot pieces from inside. */
@NullMarked
package dev.headgate.bench;

import org.jspecify.annotations.NullMarked;
