// SPDX-License-Identifier: Apache-2.0
/** HTTP on one side, calls on the other. */
@NullMarked
package dev.headgate.http;

import org.jspecify.annotations.NullMarked;
