// SPDX-License-Identifier: Apache-2.0
package dev.headgate.routing;

import dev.headgate.call.Target;
import java.util.List;
import java.util.stream.Stream;

/** One place in a route's order: a model, or a pool of models of which each call is given one first. */
public sealed interface Choice {
    /** The name in {@code models:}. */
    String name();

    /** Every target that it can mean. */
    Stream<Target> targets();

    /** One model. */
    record One(Target target) implements Choice {
        @Override
        public String name() {
            return target.model();
        }

        @Override
        public Stream<Target> targets() {
            return Stream.of(target);
        }
    }

    /** Several models that do the same work. */
    record Pool(String name, Balance balance, List<Member> members) implements Choice {
        public Pool {
            members = List.copyOf(members);
        }

        @Override
        public Stream<Target> targets() {
            return members.stream().map(Member::target);
        }
    }

    /** @param weight share of the calls in percent, 1 to 100; what it means for the other balances is theirs to say */
    record Member(Target target, int weight) {}

    /** How a pool orders its members for a call; the words of {@code balance:} in the configuration. */
    enum Balance {
        /** By weighted dice. */
        WEIGHTED,
        /** Fewest running calls for its weight first. */
        LEAST_IN_FLIGHT,
        /** Shortest recent time to the first token, or to an answer that is no stream, first. */
        FASTEST
    }
}
