// SPDX-License-Identifier: Apache-2.0
package dev.headgate.call;

import java.time.Duration;

/**
 * What a caller has left of its tightest limit on something.
 *
 * @param limit the configured amount
 * @param remaining what is free at this moment, which of a rate is at most its burst
 * @param reset until nothing is used any more, if nobody uses more
 */
public record Allowance(long limit, long remaining, Duration reset) {}
