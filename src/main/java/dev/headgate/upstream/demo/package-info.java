// SPDX-License-Identifier: Apache-2.0
/** A deterministic backend inside the process. */
@NullMarked
package dev.headgate.upstream.demo;

import org.jspecify.annotations.NullMarked;
