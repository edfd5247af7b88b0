// SPDX-License-Identifier: Apache-2.0
/** What the clients of the field see when they are pointed at Headgate, with nothing changed but base URL and key. */
@NullMarked
package dev.headgate.clients;

import org.jspecify.annotations.NullMarked;
