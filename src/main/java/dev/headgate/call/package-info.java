// SPDX-License-Identifier: Apache-2.0
/** The vocabulary of a request: what a call, a reply and an error are. Depends on no other package of the project. */
@NullMarked
package dev.headgate.call;

import org.jspecify.annotations.NullMarked;
