// SPDX-License-Identifier: Apache-2.0
package dev.headgate.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.lifecycle.BeforeTry;

final class FairQueueTest {
    private static final int ANY = 1_000_000;

    private FairQueue<String> queue = new FairQueue<>();
    private int joined;

    @BeforeTry
    void empty() {
        queue = new FairQueue<>();
    }

    private String join(String flow, int weight) {
        String name = flow + joined++;
        assertThat(queue.offer(flow, weight, name, ANY)).isNull();
        return name;
    }

    private void join(String flow, int weight, int times) {
        for (int i = 0; i < times; i++) {
            join(flow, weight);
        }
    }

    /** Who has how many of the next turns; flows have names of one letter. */
    private Map<String, Integer> turns(int count) {
        Map<String, Integer> turns = new HashMap<>();
        for (int i = 0; i < count; i++) {
            turns.merge(String.valueOf(queue.poll()).substring(0, 1), 1, Integer::sum);
        }
        return turns;
    }

    @Example
    void one_flow_is_served_in_the_order_of_arrival() {
        List<String> arrived = List.of(join("a", 1), join("a", 3), join("a", 2));

        assertThat(queue.peek()).isEqualTo(arrived.getFirst());
        assertThat(List.of("" + queue.poll(), "" + queue.poll(), "" + queue.poll()))
                .isEqualTo(arrived);
        assertThat(queue.poll()).isNull();
        assertThat(queue.peek()).isNull();
    }

    @Example
    void ten_times_the_load_gets_no_more_turns() {
        join("a", 1, 1_000);
        join("b", 1, 100);

        assertThat(turns(200)).isEqualTo(Map.of("a", 100, "b", 100));
    }

    @Example
    void a_flow_that_comes_late_gets_its_share_from_then_on_and_nothing_for_its_past() {
        join("a", 1, 1_000);
        turns(500);
        join("b", 1, 100);

        assertThat(turns(100)).isEqualTo(Map.of("a", 50, "b", 50));
    }

    @Example
    void a_flow_that_leaves_after_each_turn_and_comes_again_gains_nothing_by_it() {
        join("a", 1, 1_000);
        join("b", 1);
        int ofB = 0;
        for (int i = 0; i < 100; i++) {
            if (String.valueOf(queue.poll()).startsWith("b")) {
                ofB++;
                join("b", 1);
            }
        }
        assertThat(ofB).isBetween(49, 51);
    }

    @Example
    void a_changed_weight_holds_from_the_next_newcomer_on() {
        join("a", 1, 200);
        join("b", 1, 200);
        join("a", 3);

        assertThat(turns(100)).isEqualTo(Map.of("a", 75, "b", 25));
    }

    @Example
    void a_full_queue_gives_way_to_a_flow_with_less_for_its_weight_until_they_are_even() {
        List<String> ofA = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            ofA.add(join("a", 1));
        }
        assertThat(queue.offer("a", 1, "a-late", 6)).isEqualTo("a-late");
        assertThat(queue.offer("b", 1, "b1", 6)).isEqualTo(ofA.get(5));
        assertThat(queue.offer("b", 1, "b2", 6)).isEqualTo(ofA.get(4));
        assertThat(queue.offer("b", 1, "b3", 6)).isEqualTo(ofA.get(3));
        assertThat(queue.offer("b", 1, "b4", 6)).isEqualTo("b4");
        assertThat(queue.offer("a", 1, "a-more", 6)).isEqualTo("a-more");
        assertThat(queue.offer("c", 2, "c1", 6)).isNotNull().isNotEqualTo("c1");
        assertThat(queue.size()).isEqualTo(6);
    }

    @Example
    void nobody_may_wait_where_there_is_no_place_at_all() {
        assertThat(queue.offer("a", 1, "a1", 0)).isEqualTo("a1");
        assertThat(queue.size()).isZero();
    }

    /** Between two flows that always wait, the difference of what they got for their weight is at most a turn of each (SFQ, theorem 1). */
    @Property(tries = 200)
    void shares_follow_the_weights_at_every_moment(
            @ForAll @Size(min = 2, max = 6) List<@IntRange(min = 1, max = 100) Integer> weights,
            @ForAll @IntRange(min = 1, max = 400) int turns) {
        double[] got = new double[weights.size()];
        for (int flow = 0; flow < weights.size(); flow++) {
            join("" + (char) ('a' + flow), weights.get(flow), 401);
        }
        for (int i = 0; i < turns; i++) {
            int flow = String.valueOf(queue.poll()).charAt(0) - 'a';
            got[flow] += 1.0 / weights.get(flow);
        }
        for (int one = 0; one < got.length; one++) {
            for (int other = 0; other < got.length; other++) {
                assertThat(Math.abs(got[one] - got[other]))
                        .isLessThanOrEqualTo(1.001 / weights.get(one) + 1.001 / weights.get(other));
            }
        }
    }

    /** Against everything that can be seen from outside, whatever happens in whatever order. */
    @Property(tries = 300)
    void loses_nobody_keeps_the_bound_and_the_order_within_a_flow(
            @ForAll long seed, @ForAll @IntRange(min = 1, max = 12) int most) {
        Random random = new Random(seed);
        Map<String, List<String>> lines = new HashMap<>();
        Set<String> here = new HashSet<>();
        for (int i = 0; i < 500; i++) {
            String flow = "" + (char) ('a' + random.nextInt(4));
            List<String> line = lines.computeIfAbsent(flow, name -> new ArrayList<>());
            switch (random.nextInt(4)) {
                case 0, 1 -> {
                    String newcomer = flow + i;
                    String out = queue.offer(flow, 1 + random.nextInt(3), newcomer, most);
                    here.add(newcomer);
                    line.add(newcomer);
                    if (out != null) {
                        assertThat(here.remove(out)).isTrue();
                        List<String> gaveWay = lines.getOrDefault(out.substring(0, 1), List.of());
                        assertThat(gaveWay.removeLast())
                                .as("the newest of its flow")
                                .isEqualTo(out);
                    }
                }
                case 2 -> {
                    String next = queue.peek();
                    assertThat(queue.poll()).isEqualTo(next);
                    assertThat(next == null).isEqualTo(here.isEmpty());
                    if (next != null) {
                        assertThat(here.remove(next)).isTrue();
                        List<String> served = lines.getOrDefault(next.substring(0, 1), List.of());
                        assertThat(served.removeFirst())
                                .as("the oldest of its flow")
                                .isEqualTo(next);
                    }
                }
                default -> {
                    String who = line.isEmpty() ? "nobody" : line.remove(random.nextInt(line.size()));
                    assertThat(queue.remove(who)).isEqualTo(here.remove(who));
                }
            }
            assertThat(queue.size()).isEqualTo(here.size()).isLessThanOrEqualTo(most);
        }
    }

    /** Whoever waits is served, however many others of other flows come and go. */
    @Property(tries = 100)
    void nobody_starves(@ForAll long seed, @ForAll @IntRange(min = 1, max = 100) int weight) {
        Random random = new Random(seed);
        join("a", 1, 3);
        int served = 0;
        for (int turn = 0; served < 3; turn++) {
            assertThat(turn).as("turns until a has had three").isLessThan(4 * 2 * 100);
            for (int flow = 0; flow < 1 + random.nextInt(2); flow++) {
                join("" + (char) ('b' + random.nextInt(2)), weight);
            }
            served += String.valueOf(queue.poll()).startsWith("a") ? 1 : 0;
        }
    }
}
