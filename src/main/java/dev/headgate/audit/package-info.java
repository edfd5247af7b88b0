// SPDX-License-Identifier: Apache-2.0
/** What operators changed, and the port of the trail that keeps it. */
@NullMarked
package dev.headgate.audit;

import org.jspecify.annotations.NullMarked;
