// SPDX-License-Identifier: Apache-2.0
/** Fixtures that integration tests share. */
@NullMarked
package dev.headgate.testkit;

import org.jspecify.annotations.NullMarked;
