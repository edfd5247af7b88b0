// SPDX-License-Identifier: Apache-2.0
package dev.headgate.quota;

/**
 * The kinds of limits. Seconds, minutes and hours refill continuously; days, weeks and months are calendar windows in the tenant's
 * time zone; concurrency counts leases.
 */
public enum LimitKind {
    REQUESTS_PER_SECOND("requestsPerSecond", Measure.REQUESTS, Span.SECOND),
    REQUESTS_PER_MINUTE("requestsPerMinute", Measure.REQUESTS, Span.MINUTE),
    REQUESTS_PER_HOUR("requestsPerHour", Measure.REQUESTS, Span.HOUR),
    REQUESTS_PER_DAY("requestsPerDay", Measure.REQUESTS, Span.DAY),
    TOKENS_PER_MINUTE("tokensPerMinute", Measure.TOKENS, Span.MINUTE),
    TOKENS_PER_DAY("tokensPerDay", Measure.TOKENS, Span.DAY),
    TOKENS_PER_MONTH("tokensPerMonth", Measure.TOKENS, Span.MONTH),
    CONCURRENCY("concurrency", Measure.CALLS, Span.RUNNING),
    USD_PER_DAY("usdPerDay", Measure.MONEY, Span.DAY),
    USD_PER_WEEK("usdPerWeek", Measure.MONEY, Span.WEEK),
    USD_PER_MONTH("usdPerMonth", Measure.MONEY, Span.MONTH);

    /** Over what a limit counts. */
    public enum Span {
        SECOND(1),
        MINUTE(60),
        HOUR(3_600),
        DAY(0),
        WEEK(0),
        MONTH(0),
        /** As long as the call runs. */
        RUNNING(0);

        private final int seconds;

        Span(int seconds) {
            this.seconds = seconds;
        }
    }

    private final String word;
    private final Measure measure;
    private final Span span;

    LimitKind(String word, Measure measure, Span span) {
        this.word = word;
        this.measure = measure;
        this.span = span;
    }

    /** As written in a configuration, such as {@code usdPerDay}. */
    public String word() {
        return word;
    }

    public Measure measure() {
        return measure;
    }

    public Span span() {
        return span;
    }

    /** Whether it refills continuously, and so has a burst. */
    public boolean isRate() {
        return span.seconds > 0;
    }

    /** Whether it starts again at a midnight of the tenant. */
    public boolean isCalendar() {
        return span.seconds == 0 && span != Span.RUNNING;
    }

    /** In how many seconds a rate refills by its amount; zero if it is no rate. */
    public int periodSeconds() {
        return span.seconds;
    }
}
