// SPDX-License-Identifier: Apache-2.0
package dev.headgate.store.redis;

import dev.headgate.metering.UsageOrigin;
import dev.headgate.metering.UsageRow;
import dev.headgate.metering.UsageStore;
import dev.headgate.metering.UsageSum;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Usage in Redis: for each tenant and day one hash, in the tenant's slot, of the sums by journal, key, route and model, and a field for
 * each journal that told. Any thread may call.
 */
final class RedisUsageStore implements UsageStore {
    private static final long KEPT_SECONDS = Duration.ofDays(100).toSeconds();
    private static final int NUMBERS = 8;

    private final RedisCommands redis;
    private final Scripts scripts;

    RedisUsageStore(RedisCommands redis, Scripts scripts) {
        this.redis = redis;
        this.scripts = scripts;
    }

    @Override
    public Future<Boolean> tell(String journal, String tenant, String day, List<UsageRow> rows) {
        List<Object> arguments = new ArrayList<>(
                List.of(KEPT_SECONDS, new JsonArray().add(journal).encode()));
        for (UsageRow row : rows) {
            UsageOrigin origin = row.label().origin();
            arguments.add(new JsonArray()
                    .add(journal)
                    .add(origin.key())
                    .add(origin.route())
                    .add(row.label().model())
                    .encode());
            arguments.add(text(row.sum()));
        }
        return redis.send(new ScriptCall(scripts.tellUsage(), List.of(key(tenant, day)), arguments))
                .map(known -> RedisQuotaStore.number(known) == 1);
    }

    @Override
    public Future<List<UsageRow>> read(String tenant, String day, String without) {
        return redis.send(new ScriptCall(scripts.readUsage(), List.of(key(tenant, day)), List.of()))
                .map(answer -> rows(answer, tenant, day, without));
    }

    private static String key(String tenant, String day) {
        return RedisQuotaStore.prefix(tenant) + "usage:" + day;
    }

    /** What this version does not understand is left out, such as what a later one may add. */
    private static List<UsageRow> rows(@Nullable Response answer, String tenant, String day, String without) {
        List<UsageRow> rows = new ArrayList<>();
        for (int i = 0; answer != null && i + 1 < answer.size(); i += 2) {
            JsonArray field = new JsonArray(answer.get(i).toString());
            if (field.size() == 4 && !field.getString(0).equals(without)) {
                UsageSum sum = sum(answer.get(i + 1).toString());
                if (sum != null) {
                    UsageOrigin origin = new UsageOrigin(tenant, field.getString(1), field.getString(2), day);
                    rows.add(new UsageRow(new UsageRow.Label(origin, field.getString(3)), sum));
                }
            }
        }
        return rows;
    }

    private static String text(UsageSum sum) {
        return sum.requests() + " " + sum.input() + " " + sum.cachedInput() + " " + sum.output() + " " + sum.reasoning()
                + " " + sum.nanoDollars() + " " + sum.unpriced() + " " + sum.estimated();
    }

    private static @Nullable UsageSum sum(String text) {
        long[] n = Arrays.stream(text.split(" ")).mapToLong(Long::parseLong).toArray();
        return n.length < NUMBERS ? null : new UsageSum(n[0], n[1], n[2], n[3], n[4], n[5], n[6], n[7]);
    }
}
