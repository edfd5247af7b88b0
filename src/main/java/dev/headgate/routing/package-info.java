// SPDX-License-Identifier: Apache-2.0
/** From the name that a client sends as model to an ordered list of targets. */
@NullMarked
package dev.headgate.routing;

import org.jspecify.annotations.NullMarked;
