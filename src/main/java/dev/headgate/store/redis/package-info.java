// SPDX-License-Identifier: Apache-2.0
/** Adapters that keep state in Redis 6.2 or newer, where all replicas share it. */
@NullMarked
package dev.headgate.store.redis;

import org.jspecify.annotations.NullMarked;
