// SPDX-License-Identifier: Apache-2.0
/** Who is calling, and whose an upstream object is. */
@NullMarked
package dev.headgate.auth;

import org.jspecify.annotations.NullMarked;
