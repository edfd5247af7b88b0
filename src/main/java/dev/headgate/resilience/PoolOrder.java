// SPDX-License-Identifier: Apache-2.0
package dev.headgate.resilience;

import dev.headgate.call.Target;
import dev.headgate.routing.Choice;
import dev.headgate.routing.Choice.Member;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/** In which order a call tries the members of a pool. */
final class PoolOrder {
    /** One call in so many goes to a member that is not the fastest, so that one that has become faster is noticed. */
    private static final int EXPLORE = 20;

    private final Function<Target, TargetState> states;
    private final RandomGenerator dice;

    PoolOrder(Function<Target, TargetState> states, RandomGenerator dice) {
        this.states = states;
        this.dice = dice;
    }

    /**
     * Every target of the choices, pools in the order of their balance.
     *
     * @param stream whether the call is answered with a stream: the fastest are those with the first token, else with the answer
     */
    List<Target> of(List<Choice> choices, boolean stream) {
        return choices.stream().flatMap(choice -> of(choice, stream)).toList();
    }

    private Stream<Target> of(Choice choice, boolean stream) {
        return switch (choice) {
            case Choice.One one -> Stream.of(one.target());
            case Choice.Pool pool -> members(pool, stream).stream().map(Member::target);
        };
    }

    private List<Member> members(Choice.Pool pool, boolean stream) {
        // Dice first: what a balance holds for equal stays in this order.
        List<Member> shuffled = shuffled(pool.members());
        return switch (pool.balance()) {
            case WEIGHTED -> shuffled;
            case LEAST_IN_FLIGHT -> sorted(shuffled, this::load);
            case FASTEST ->
                dice.nextInt(EXPLORE) == 0
                        ? shuffled
                        : sorted(
                                shuffled,
                                member -> states.apply(member.target())
                                        .latency(stream)
                                        .nanos());
        };
    }

    /** Running calls for each share of the pool, this call included. */
    private double load(Member member) {
        return (states.apply(member.target()).inFlight().get() + 1.0) / member.weight();
    }

    private static List<Member> sorted(List<Member> members, ToDoubleFunction<Member> by) {
        // Read once: other event loops change what is compared.
        record Rated(Member member, double rate) {}
        return members.stream()
                .map(member -> new Rated(member, by.applyAsDouble(member)))
                .sorted(Comparator.comparingDouble(Rated::rate))
                .map(Rated::member)
                .toList();
    }

    /** By weighted dice without replacement. */
    private List<Member> shuffled(List<Member> members) {
        List<Member> rest = new ArrayList<>(members);
        List<Member> order = new ArrayList<>(members.size());
        int total = rest.stream().mapToInt(Member::weight).sum();
        while (rest.size() > 1) {
            int drawn = dice.nextInt(total);
            int i = 0;
            while (drawn >= rest.get(i).weight()) {
                drawn -= rest.get(i++).weight();
            }
            total -= rest.get(i).weight();
            order.add(rest.remove(i));
        }
        order.addAll(rest);
        return order;
    }
}
