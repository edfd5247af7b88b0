// SPDX-License-Identifier: Apache-2.0
/** Benchmarks of package-private pieces. */
@NullMarked
package dev.headgate.store.memory;

import org.jspecify.annotations.NullMarked;
