// SPDX-License-Identifier: Apache-2.0
/** The headgate command. Nothing here but RunCommand may load a Vert.x type. */
@NullMarked
package dev.headgate.cli;

import org.jspecify.annotations.NullMarked;
