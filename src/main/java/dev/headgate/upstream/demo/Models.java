// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream.demo;

import dev.headgate.call.DemoSettings;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The models of the demo backend: what each of them says, as a pure function of prompt and settings. */
final class Models {
    static final List<String> NAMES = List.of("echo", "lorem", "slow", "flaky", "json", "tools", "v1", "v2", "embed");
    private static final int V2_ERROR_PERCENT = 20;
    private static final List<String> LOREM = List.of(
            ("Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor incididunt ut labore et"
                            + " dolore magna aliqua. Ut enim ad minim veniam, quis nostrud exercitation ullamco laboris nisi ut"
                            + " aliquip ex ea commodo consequat.")
                    .split(" "));

    private Models() {}

    /** The bare name: the {@code demo/} that clients may put before it is taken off. */
    static String bare(String model) {
        return model.startsWith("demo/") ? model.substring("demo/".length()) : model;
    }

    /** How many percent of a model's requests fail on purpose. */
    static int errorPercent(String model, DemoSettings settings) {
        return switch (bare(model)) {
            case "flaky" -> settings.errorPercent();
            case "v2" -> V2_ERROR_PERCENT;
            default -> 0;
        };
    }

    static Answer answer(Ask ask, int choice, DemoSettings settings) {
        var paced = Pace.of(Duration.ZERO, settings.tokensPerSecond());
        var late = Pace.of(settings.delay(), settings.tokensPerSecond());
        var atOnce = Pace.of(Duration.ZERO, 0);
        var asked = ask.text(choice);
        return switch (bare(ask.model())) {
            case "echo" -> cut(asked, null, ask, atOnce);
            case "lorem" -> cut(lorem(settings.words(), choice), null, ask, paced);
            case "slow" -> cut("This answer took its time, and here it is.", null, ask, late);
            case "flaky" -> cut("This time it worked.", null, ask, paced);
            case "json" -> cut(ask.format().document(asked), null, ask, atOnce);
            case "tools" -> tools(ask, asked, atOnce);
            case "v1" -> cut("I am version 1 of the demo assistant, steady and reliable.", null, ask, paced);
            case "v2" -> cut("I am version 2 of the demo assistant, newer but not yet reliable.", null, ask, paced);
            default -> throw Refusal.unknownModel(ask.model());
        };
    }

    private static Answer tools(Ask ask, String asked, Pace pace) {
        if (ask.toolResult() != null) {
            return cut("The tool answered: " + ask.toolResult(), null, ask, pace);
        }
        var tool = ask.tool();
        if (tool == null) {
            return cut("There is no tool to call for: " + asked, null, ask, pace);
        }
        return cut(tool.arguments(), tool.name(), ask, pace);
    }

    private static String lorem(int words, int choice) {
        return IntStream.range(choice, choice + words)
                .mapToObj(i -> LOREM.get(i % LOREM.size()))
                .collect(Collectors.joining(" "));
    }

    private static Answer cut(String text, @Nullable String tool, Ask ask, Pace pace) {
        var pieces = Tokens.split(text);
        boolean cut = ask.maxTokens() < pieces.size();
        return new Answer(cut ? pieces.subList(0, ask.maxTokens()) : pieces, tool, cut, pace);
    }
}
