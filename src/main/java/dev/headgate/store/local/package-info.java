// SPDX-License-Identifier: Apache-2.0
/** Adapters that keep state in files of one process. */
@NullMarked
package dev.headgate.store.local;

import org.jspecify.annotations.NullMarked;
