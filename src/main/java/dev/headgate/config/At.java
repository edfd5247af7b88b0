// SPDX-License-Identifier: Apache-2.0
package dev.headgate.config;

/** A value and where it was written, for what can only be checked once all files are read. */
record At<T>(T value, Span at) {
    @Override
    public String toString() {
        return value.toString();
    }
}
