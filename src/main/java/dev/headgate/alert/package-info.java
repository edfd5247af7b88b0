// SPDX-License-Identifier: Apache-2.0
/** Tells others when a tenant's limits are nearly used up: thresholds, claims, and signed deliveries. */
@NullMarked
package dev.headgate.alert;

import org.jspecify.annotations.NullMarked;
