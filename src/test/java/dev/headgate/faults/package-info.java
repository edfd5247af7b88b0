// SPDX-License-Identifier: Apache-2.0
/** Every fault that an operator has to reckon with, once, through real sockets, with what is promised for it. */
@NullMarked
package dev.headgate.faults;

import org.jspecify.annotations.NullMarked;
