// SPDX-License-Identifier: Apache-2.0
/** What quotas cost in Redis. */
@NullMarked
package dev.headgate.store.redis;

import org.jspecify.annotations.NullMarked;
