// SPDX-License-Identifier: Apache-2.0
package dev.headgate.metering;

/** What the calls of one origin took of one model. */
public record UsageRow(Label label, UsageSum sum) {
    /** What tells a row from the others; {@link UsagePart} says what a model is. */
    public record Label(UsageOrigin origin, String model) {}

    public static UsageRow of(UsageOrigin origin, UsagePart part) {
        return new UsageRow(new Label(origin, part.model()), part.sum());
    }
}
