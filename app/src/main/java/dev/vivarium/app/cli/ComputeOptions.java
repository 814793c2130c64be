package dev.vivarium.app.cli;

import dev.vivarium.engine.base.AvailableMemory;
import dev.vivarium.engine.generate.GenerationMemory;
import dev.vivarium.engine.generate.SamplingSettings;
import dev.vivarium.engine.model.Compute;
import dev.vivarium.engine.model.ModelDirectory;
import dev.vivarium.engine.model.Precision;
import dev.vivarium.lab.evaluate.Asking;
import dev.vivarium.lab.evaluate.Question;
import dev.vivarium.lab.evaluate.QuestionSet;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code --dtype} and {@code --device} of the commands that ask a model, and whether the model then fits; a Mixin. */
final class ComputeOptions {
    /** Characters of a prompt that make a token at least, as the estimate needs no more. */
    private static final int CHARACTERS_A_TOKEN = 3;
    /** Tokens that a chat template adds at most, but for a system turn of its own. */
    private static final int TEMPLATE_TOKENS = 64;

    /** The words of the option, as in recipes. */
    enum Choice {
        float32,
        bfloat16
    }

    @Option(
            names = "--dtype",
            paramLabel = "float32|bfloat16",
            defaultValue = "float32",
            description = "Number format of weights and arithmetic; bfloat16 takes half the memory and less time, and "
                    + "rounds. Default: ${DEFAULT-VALUE}.")
    private Choice choice = Choice.float32;

    @Mixin
    private final DeviceOption device = new DeviceOption();

    /** Number format and device, which is there. */
    Compute compute() {
        return new Compute(precision(), device.device());
    }

    private Precision precision() {
        return switch (choice) {
            case float32 -> Precision.FLOAT32;
            case bfloat16 -> Precision.BFLOAT16;
        };
    }

    /** Refuses a model that will not fit into the memory of the processor with what is to be asked, before it is loaded. */
    void requireRoom(AvailableMemory memory, Path model, List<Asking> askings) {
        long answers = 0;
        int longest = 0;
        for (Asking asking : askings) {
            answers += (long) asking.plan().samples()
                    * asking.questions().questions().size();
            longest = Math.max(longest, longest(asking.questions()));
        }
        requireRoom(memory, model, askings.getFirst().plan().sampling(), answers, longest);
    }

    /** Characters of the longest prompt of a set. */
    static int longest(QuestionSet questions) {
        int longest = 0;
        for (Question question : questions.questions()) {
            int characters = question.messages().stream()
                    .mapToInt(message -> message.content().length())
                    .sum();
            longest = Math.max(longest, characters);
        }
        return longest;
    }

    /**
     * Refuses a model that will not fit into the memory of the processor, before it is loaded.
     *
     * @param answers that are wanted in all
     * @param characters of the longest prompt
     */
    void requireRoom(AvailableMemory memory, Path model, SamplingSettings sampling, long answers, int characters) {
        if (device.device().cuda()) {
            return; // what a GPU has free is not known before it is asked for
        }
        int prompt = characters / CHARACTERS_A_TOKEN + TEMPLATE_TOKENS;
        long needed =
                new GenerationMemory(ModelDirectory.open(model).config(), precision(), sampling).bytes(answers, prompt);
        memory.require(
                needed,
                "sampling",
                "try " + (choice == Choice.float32 ? "--dtype bfloat16, " : "")
                        + "a smaller --max-new-tokens, OMP_NUM_THREADS=1 in the environment, or a smaller model");
    }
}
