// SPDX-License-Identifier: Apache-2.0
package dev.headgate.metering;

import io.vertx.core.Future;
import java.util.List;

/** Where processes tell each other what their journals say of usage. Every failure means that the store does not answer now. */
public interface UsageStore {
    /**
     * Replaces what a journal said of these rows before. Telling the same twice changes nothing.
     *
     * @param journal {@link UsageJournal#id}
     * @param rows all of this tenant and day; may be empty, to ask only
     * @return whether the store knew anything of this journal for this tenant and day; false as well after it was emptied
     */
    Future<Boolean> tell(String journal, String tenant, String day, List<UsageRow> rows);

    /**
     * What has been told of a tenant's day. Kept for 100 days after it was told.
     *
     * @param without the journal whose rows are left out
     */
    Future<List<UsageRow>> read(String tenant, String day, String without);
}
