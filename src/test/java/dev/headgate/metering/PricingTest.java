// SPDX-License-Identifier: Apache-2.0
package dev.headgate.metering;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.call.Endpoint;
import dev.headgate.call.Reported;
import dev.headgate.call.Usage;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Map;
import java.util.OptionalLong;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class PricingTest {
    private static final Extras CHAT = Extras.none(Endpoint.CHAT);
    private static final Usage MILLION_EACH = new Usage(1_000_000, 1_000_000, 0, 0);

    /** One dollar in and nine out; half of it at flex; twice at priority. */
    private static final Price TIERED = new Price(
            1_000_000_000L,
            9_000_000_000L,
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            Map.of(
                    "flex", Price.of(500_000_000L, 4_500_000_000L),
                    "priority", Price.of(2_000_000_000L, 18_000_000_000L)),
            Map.of());

    private static final Pricing TIERS = new Pricing(TIERED, tool -> null);

    @Test
    void the_tier_that_the_answer_names_is_billed_whatever_was_asked_for() {
        assertThat(TIERS.cost(MILLION_EACH, said(asking(null), "flex"))).hasValue(5_000_000_000L);
        assertThat(TIERS.cost(MILLION_EACH, said(asking("flex"), "default"))).hasValue(10_000_000_000L);
        assertThat(TIERS.cost(MILLION_EACH, said(asking("auto"), "priority"))).hasValue(20_000_000_000L);
    }

    @Test
    void a_tier_without_a_price_has_no_known_cost() {
        assertThat(TIERS.cost(MILLION_EACH, said(asking(null), "scale"))).isEmpty();
        assertThat(TIERS.guess(MILLION_EACH, asking("scale"))).isEmpty();
    }

    @Test
    void what_is_asked_for_is_estimated() {
        assertThat(TIERS.guess(MILLION_EACH, asking("flex"))).hasValue(5_000_000_000L);
        assertThat(TIERS.guess(MILLION_EACH, asking("auto"))).hasValue(10_000_000_000L);
        assertThat(TIERS.guess(MILLION_EACH, asking("default"))).hasValue(10_000_000_000L);
    }

    @Test
    void an_answer_that_names_no_tier_counts_at_the_dearer_of_what_it_may_have_been() {
        assertThat(TIERS.cost(MILLION_EACH, said(asking("flex"), null))).hasValue(10_000_000_000L);
        assertThat(TIERS.cost(MILLION_EACH, said(asking("priority"), null))).hasValue(20_000_000_000L);
        assertThat(TIERS.cost(MILLION_EACH, said(asking("priority"), "auto"))).hasValue(20_000_000_000L);
    }

    @Test
    void calls_of_tools_are_counted_by_the_answer() {
        Pricing pricing = tools(Map.of("web_search_preview", 10L, "file_search", 3L));
        Extras asked = Extras.none(Endpoint.RESPONSES)
                .withTool("web_search_preview", "tools")
                .withTool("file_search", "tools");

        assertThat(pricing.guess(new Usage(0, 0, 0, 0), asked)).hasValue(13);
        assertThat(pricing.cost(MILLION_EACH, called(asked, Map.of("web_search", 2, "function", 9))))
                .hasValue(20);
        assertThat(pricing.cost(MILLION_EACH, called(asked, Map.of()))).hasValue(0);
        assertThat(pricing.cost(MILLION_EACH, called(asked, Map.of("code_interpreter", 1))))
                .as("brought by something that the request does not show")
                .isEmpty();
    }

    @Test
    void of_two_versions_of_a_tool_the_dearer_is_meant() {
        Pricing pricing = tools(Map.of("web_search", 10L, "web_search_preview", 25L));
        Extras asked =
                Extras.none(Endpoint.RESPONSES).withTool("web_search", "tools").withTool("web_search_preview", "tools");

        assertThat(pricing.cost(MILLION_EACH, called(asked, Map.of("web_search", 2))))
                .hasValue(50);
    }

    @Test
    void as_many_calls_are_reserved_as_the_request_allows_of_the_dearest_tool() {
        Extras asked = new Extras(
                Endpoint.RESPONSES,
                null,
                Map.of("web_search", "tools", "file_search", "tools"),
                5,
                1,
                false,
                false,
                null);

        assertThat(tools(Map.of("web_search", 10L, "file_search", 3L)).guess(new Usage(0, 0, 0, 0), asked))
                .hasValue(50);
    }

    @Test
    void an_answer_that_broke_off_costs_at_least_what_was_reserved_and_what_it_listed() {
        Pricing pricing = tools(Map.of("web_search", 10L));
        Extras asked = Extras.none(Endpoint.RESPONSES).withTool("web_search", "tools");

        assertThat(pricing.guess(MILLION_EACH, called(asked, Map.of("web_search", 3))))
                .hasValue(30);
        assertThat(pricing.guess(MILLION_EACH, called(asked, Map.of()))).hasValue(10);
    }

    @Test
    void chat_answers_list_no_searches_so_that_one_is_counted() {
        Extras asked = CHAT.withTool("web_search", "web_search_options");

        assertThat(tools(Map.of("web_search", 10L)).cost(MILLION_EACH, called(asked, Map.of())))
                .hasValue(10);
    }

    @Test
    void what_is_not_billed_by_tokens_is_unknown_without_a_count_or_a_price_for_the_request() {
        for (Endpoint endpoint : new Endpoint[] {Endpoint.SPEECH, Endpoint.TRANSCRIPTIONS, Endpoint.IMAGES}) {
            assertThat(TIERS.guess(new Usage(7, 0, 0, 0), Extras.none(endpoint)))
                    .isEmpty();
            assertThat(perRequest(500).guess(new Usage(7, 0, 0, 0), Extras.none(endpoint)))
                    .hasValue(500);
            assertThat(new Pricing(Price.of(0, 0), tool -> null).guess(new Usage(7, 0, 0, 0), Extras.none(endpoint)))
                    .as("what is free is free")
                    .hasValue(0);
        }
    }

    @Test
    void every_picture_of_a_request_costs_and_those_of_a_form_cannot_be_counted() {
        Extras three = new Extras(Endpoint.IMAGES, null, Map.of(), 0, 3, false, false, null);

        assertThat(perRequest(500).guess(new Usage(0, 0, 0, 0), three)).hasValue(1_500);
        assertThat(perRequest(500).guess(new Usage(0, 0, 0, 0), Extras.none(Endpoint.IMAGE_EDITS)))
                .isEmpty();
        assertThat(perRequest(0).guess(new Usage(0, 0, 0, 0), Extras.none(Endpoint.IMAGE_EDITS)))
                .hasValue(0);
    }

    @Property
    void settles_to_the_nano_dollar_as_decimal_arithmetic_does(
            @ForAll("usages") Usage usage,
            @ForAll("prices") Price normal,
            @ForAll("prices") Price flex,
            @ForAll boolean isFlex,
            @ForAll @IntRange(max = 1_000) int calls,
            @ForAll @LongRange(max = 10_000_000_000L) long perCall) {
        Price price = new Price(
                normal.input(),
                normal.output(),
                normal.cachedInput(),
                normal.cacheWrite(),
                normal.reasoning(),
                normal.audioInput(),
                normal.audioOutput(),
                normal.image(),
                normal.perRequest(),
                Map.of("flex", flex),
                Map.of());
        Extras extras = called(said(Extras.none(Endpoint.RESPONSES), isFlex ? "flex" : "default"), calls);

        OptionalLong cost = new Pricing(price, tool -> perCall).cost(usage, extras);

        BigDecimal tokens = exact(usage, isFlex ? flex : normal);
        BigDecimal tools = new BigDecimal(perCall).multiply(new BigDecimal(calls));
        assertThat(cost).hasValue(tokens.add(tools).longValueExact());
    }

    @Property
    void more_of_anything_never_costs_less_and_nothing_costs_less_than_nothing(
            @ForAll("usages") Usage usage,
            @ForAll("prices") Price price,
            @ForAll @LongRange(max = 1_000_000) long more,
            @ForAll @IntRange(max = 100) int calls) {
        Pricing pricing = new Pricing(price, tool -> 7L);
        Usage larger = new Usage(
                usage.input() + more,
                usage.output() + more,
                usage.cachedInput(),
                usage.reasoning(),
                usage.cacheWrite(),
                usage.audioInput(),
                usage.audioOutput(),
                usage.imageInput());
        long before = pricing.cost(usage, called(Extras.none(Endpoint.RESPONSES), calls))
                .orElseThrow();
        long after = pricing.cost(larger, called(Extras.none(Endpoint.RESPONSES), calls + 1))
                .orElseThrow();

        assertThat(before).isNotNegative();
        assertThat(after).isGreaterThanOrEqualTo(before);
    }

    /** Parts that fit into their wholes, so that the sum can be written down plainly. */
    @Provide
    Arbitrary<Usage> usages() {
        Arbitrary<Long> part = Arbitraries.longs().between(0, 1_000_000);
        return Combinators.combine(part, part, part, part, part, part, part, part)
                .as((text, cached, written, sound, image, words, thought, spoken) -> new Usage(
                        text + cached + written + sound + image,
                        words + thought + spoken,
                        cached,
                        thought,
                        written,
                        sound,
                        spoken,
                        image));
    }

    @Provide
    Arbitrary<Price> prices() {
        Arbitrary<Long> amount = Arbitraries.longs().between(0, 1_000_000_000_000L);
        return Combinators.combine(amount, amount, amount, amount, amount, amount, amount, amount)
                .as((in, out, cached, write, thought, heard, spoken, image) ->
                        new Price(in, out, cached, write, thought, heard, spoken, image, in));
    }

    private static BigDecimal exact(Usage usage, Price price) {
        long text = usage.input() - usage.cachedInput() - usage.cacheWrite() - usage.audioInput() - usage.imageInput();
        long words = usage.output() - usage.reasoning() - usage.audioOutput();
        return times(text, price.input())
                .add(times(usage.cachedInput(), price.cachedInput()))
                .add(times(usage.cacheWrite(), price.cacheWrite()))
                .add(times(usage.audioInput(), price.audioInput()))
                .add(times(usage.imageInput(), price.image()))
                .add(times(words, price.output()))
                .add(times(usage.reasoning(), price.reasoning()))
                .add(times(usage.audioOutput(), price.audioOutput()))
                .movePointLeft(6)
                .setScale(0, RoundingMode.CEILING)
                .add(times(1, price.perRequest()));
    }

    private static BigDecimal times(long count, @Nullable Long price) {
        return new BigDecimal(count).multiply(new BigDecimal(price == null ? 0 : price));
    }

    private static Extras asking(@Nullable String tier) {
        return new Extras(Endpoint.CHAT, tier, Map.of(), 0, 1, false, false, null);
    }

    private static Extras said(Extras asked, @Nullable String tier) {
        return asked.answered(new Reported(tier, Map.of()));
    }

    private static Extras called(Extras asked, Map<String, Integer> calls) {
        return asked.answered(new Reported(null, calls));
    }

    private static Extras called(Extras answered, int calls) {
        String tier = answered.reported() == null ? null : answered.reported().tier();
        return answered.answered(new Reported(tier, Map.of("web_search", calls)));
    }

    private static Pricing tools(Map<String, Long> perCall) {
        return new Pricing(Price.of(0, 0), perCall::get);
    }

    private static Pricing perRequest(long nanos) {
        return new Pricing(new Price(null, null, null, null, null, null, null, null, nanos), tool -> null);
    }
}
