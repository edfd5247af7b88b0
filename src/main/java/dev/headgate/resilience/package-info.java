// SPDX-License-Identifier: Apache-2.0
/** What happens when a target cannot answer. */
@NullMarked
package dev.headgate.resilience;

import org.jspecify.annotations.NullMarked;
