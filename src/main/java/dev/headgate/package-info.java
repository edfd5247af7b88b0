// SPDX-License-Identifier: Apache-2.0
/** Start-up and wiring only. */
@NullMarked
package dev.headgate;

import org.jspecify.annotations.NullMarked;
