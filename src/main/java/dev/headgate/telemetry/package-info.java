// SPDX-License-Identifier: Apache-2.0
/** What is observed of a call: access line and metrics. */
@NullMarked
package dev.headgate.telemetry;

import org.jspecify.annotations.NullMarked;
