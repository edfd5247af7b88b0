// SPDX-License-Identifier: Apache-2.0
/** Adapters that keep state in this process, and lose it with it. */
@NullMarked
package dev.headgate.store.memory;

import org.jspecify.annotations.NullMarked;
