// SPDX-License-Identifier: Apache-2.0
package dev.headgate.config;

import java.util.List;

/** What came of reading the files: all of it, or every problem that was found. */
public sealed interface LoadResult {
    record Loaded(HeadgateFile settings, Snapshot snapshot, List<Problem> warnings) implements LoadResult {}

    record Refused(List<Problem> problems) implements LoadResult {}
}
