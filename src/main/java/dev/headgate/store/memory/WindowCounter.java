// SPDX-License-Identifier: Apache-2.0
package dev.headgate.store.memory;

import dev.headgate.quota.Limit;
import dev.headgate.quota.LimitRule;
import dev.headgate.quota.Standing;
import dev.headgate.quota.Window;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What was used in the latest calendar windows; the ones before the present wait for late settlements. */
final class WindowCounter implements Counter {
    /** The present day and those into which 48 hours reach back, also where a clock is ahead. */
    private static final int MOST_WINDOWS = 4;

    private final Deque<Page> pages = new ArrayDeque<>(MOST_WINDOWS);

    private static final class Page {
        private final String label;
        private final long end;
        private long used;
        /** What nodes say they have used, by node, less the credits that they gave; those of no node are under the empty name. */
        private @Nullable Map<String, Long> told;

        Page(Window window) {
            this.label = window.label();
            this.end = window.endMicros();
        }

        void tell(String node, long total) {
            if (told == null) {
                told = new HashMap<>();
            }
            told.put(node, total);
        }

        boolean knows(String node) {
            return told != null && told.containsKey(node);
        }

        long told(String node) {
            return told == null ? 0 : told.getOrDefault(node, 0L);
        }

        void raise() {
            if (told != null) {
                long together =
                        told.values().stream().mapToLong(Long::longValue).sum();
                used = Math.max(used, together);
            }
        }
    }

    private static final String CREDIT = "";

    @Override
    public long waitMicros(LimitRule rule, long units, Moment now) {
        if (units > rule.amount()) {
            return Standing.NEVER;
        }
        Window window = now.window(rule.kind());
        return used(window) + units <= rule.amount() ? 0 : window.endMicros() - now.micros();
    }

    @Override
    public void take(LimitRule rule, long units, String id, long leaseEnd, Moment now) {
        page(now.window(rule.kind())).used += units;
    }

    @Override
    public void settle(LimitRule rule, long more, String id, Moment taken, long nowMicros) {
        Page page = find(taken.window(rule.kind()).label());
        if (page != null) {
            page.used += more;
        }
    }

    @Override
    public void reset(Moment now) {
        pages.forEach(page -> {
            if (page.end > now.micros()) {
                page.tell(CREDIT, page.told(CREDIT) - page.used);
                page.used = 0;
            }
        });
    }

    @Override
    public void credit(LimitRule rule, long units, String node, Moment now) {
        Page page = page(now.window(rule.kind()));
        page.tell(node, page.told(node) - units);
        page.used -= units;
    }

    void raise(Window window, String node, long total) {
        Page page = page(window);
        if (total < 0 && !page.knows(node)) {
            // It gave back more than it used, which raises nothing.
            page.used += total;
        }
        page.tell(node, total);
        page.raise();
    }

    @Override
    public Standing standing(Limit limit, long waitMicros, boolean shared, Moment now) {
        Window window = now.window(limit.kind());
        return new Standing(limit, used(window), window.endMicros() - now.micros(), waitMicros, shared);
    }

    @Override
    public long idleAt(LimitRule rule) {
        return pages.isEmpty() ? 0 : pages.getLast().end;
    }

    private long used(Window window) {
        Page page = find(window.label());
        return page == null ? 0 : page.used;
    }

    private Page page(Window window) {
        Page page = find(window.label());
        if (page == null) {
            page = new Page(window);
            pages.addLast(page);
            if (pages.size() > MOST_WINDOWS) {
                pages.removeFirst();
            }
        }
        return page;
    }

    private @Nullable Page find(String label) {
        for (Page page : pages) {
            if (page.label.equals(label)) {
                return page;
            }
        }
        return null;
    }
}
