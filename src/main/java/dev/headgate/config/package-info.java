// SPDX-License-Identifier: Apache-2.0
/** YAML files to records to an immutable snapshot, with positions in every message. */
@NullMarked
package dev.headgate.config;

import org.jspecify.annotations.NullMarked;
