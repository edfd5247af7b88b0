// SPDX-License-Identifier: Apache-2.0
/** What a tenant may use: limits, reservations of them, and the port of the stores that count. */
@NullMarked
package dev.headgate.quota;

import org.jspecify.annotations.NullMarked;
