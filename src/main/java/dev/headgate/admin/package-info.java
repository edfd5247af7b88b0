// SPDX-License-Identifier: Apache-2.0
/** The management port. */
@NullMarked
package dev.headgate.admin;

import org.jspecify.annotations.NullMarked;
