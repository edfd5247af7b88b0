// SPDX-License-Identifier: Apache-2.0
/** Benchmarks of package-private pieces. */
@NullMarked
package dev.headgate.auth;

import org.jspecify.annotations.NullMarked;
