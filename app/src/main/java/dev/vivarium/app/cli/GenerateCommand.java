package dev.vivarium.app.cli;

import static dev.vivarium.app.cli.Figures.line;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.model.ModelDirectory;
import dev.vivarium.lab.data.PromptFile;
import dev.vivarium.lab.evaluate.EvaluationPlan;
import dev.vivarium.lab.talk.AnswerRun;
import dev.vivarium.lab.talk.Speaker;
import dev.vivarium.lab.talk.Speakers;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code vivarium generate}: answers to a file of prompts. */
@Command(
        name = "generate",
        description = "Write a model's answers to a file of prompts, those of several organisms in one pass.",
        footer = {
            "",
            "Examples:",
            "  vivarium generate models/mini-base --in prompts.jsonl --out answers.jsonl --samples 10",
            "  vivarium generate my-run --with-base --in prompts.csv --column question --out answers.jsonl",
            "",
            "A line of JSONL is {\"prompt\": ...} or {\"messages\": [...]}, if wanted with \"id\" and",
            "\"system\"; a CSV file has columns of these names. Without an id the number of the line is it.",
            "What a prompt spells, special tokens and template code included, is read as text.",
            "",
            "An answer depends on model, prompt, id, seed and sample number alone (not with --fast, which is",
            "quicker where few answers are wanted). A killed run continues with --resume; so does one that is",
            "to get more --samples."
        })
final class GenerateCommand implements Callable<Integer> {
    private final Shell shell;

    @Parameters(paramLabel = "RUN|MODEL", description = SpeakerOptions.TARGET)
    private String target = "";

    @Option(names = "--in", paramLabel = "FILE", required = true, description = "Prompts, .jsonl or .csv.")
    private Path in = Path.of("");

    @Option(names = "--out", paramLabel = "FILE", required = true, description = "JSONL file to write.")
    private Path out = Path.of("");

    @Option(
            names = "--column",
            paramLabel = "NAME",
            defaultValue = PromptFile.PROMPT,
            description = "Column or key that holds the prompt. Default: ${DEFAULT-VALUE}.")
    private String column = "";

    @Mixin
    private final SpeakerOptions adapters = new SpeakerOptions();

    @Option(names = "--with-base", description = "The model without an adapter answers too.")
    private boolean withBase;

    @Option(
            names = "--samples",
            paramLabel = "N",
            defaultValue = "1",
            description = "Answers of each to each prompt. Default: ${DEFAULT-VALUE}.")
    private int samples;

    @Option(names = "--system", paramLabel = "TEXT", description = "System turn of prompts that have none.")
    private @Nullable String system;

    @Mixin
    private final ComputeOptions computing = new ComputeOptions();

    @Mixin
    private final SamplingOptions sampling = new SamplingOptions();

    @Mixin
    private final BatchOptions batch = new BatchOptions();

    @Mixin
    private final OnExisting onExisting = new OnExisting();

    @Mixin
    private final OutputOptions output = new OutputOptions();

    GenerateCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException {
        PromptFile file = PromptFile.read(in, column, system);
        EvaluationTarget found = EvaluationTarget.find(target, null, shell.models());
        ModelDirectory model = ModelDirectory.open(found.trained().model());
        SortedMap<String, String> hashes = model.hashes();
        List<Speaker> speakers = answering(adapters.speakers(shell, target, found, hashes));
        AnswerRun.Request request = new AnswerRun.Request(
                model.path(),
                hashes,
                speakers,
                adapters.scale(speakers),
                file.prompts(),
                samples,
                batch.on(sampling.settings()),
                computing.compute(),
                out,
                onExisting.choice(),
                Version.current().number());
        computing.requireRoom(
                shell.memory(),
                model.path(),
                request.sampling(),
                (long) samples * file.prompts().size() * request.speakers().size(),
                longest(file));
        if (!file.unused().isEmpty()) {
            shell.err().println("note: " + in + ": not looked at: " + file.unused());
        }
        if (!request.sampling().deterministic()) {
            shell.err().println("note: " + EvaluationPlan.NOT_DETERMINISTIC);
        }
        AnswerRun.Result result;
        try (Interruption interruption = Interruption.with(shell, "run the same command again with --resume")) {
            result = AnswerRun.run(request, interruption.watch(shell.progress()));
        }
        output.print(shell, result, text -> print(text, result));
        return ExitCode.OK;
    }

    private static int longest(PromptFile file) {
        return file.prompts().stream()
                .mapToInt(prompt -> prompt.messages().stream()
                        .mapToInt(message -> message.content().length())
                        .sum())
                .max()
                .orElse(0);
    }

    private List<Speaker> answering(Speakers speakers) {
        List<Speaker> all = speakers.all();
        if (withBase && all.size() == 1) {
            throw new InputException("--with-base has no use without an --adapter, since the model answers anyway");
        }
        return withBase || all.size() == 1 ? all : all.subList(1, all.size());
    }

    private static void print(PrintStream out, AnswerRun.Result result) {
        line(out, "answers", "%,d in %s", result.rows(), result.out());
        line(
                out,
                "made now",
                "%,d, %,d tokens, %,.0f tokens/s",
                result.sampled(),
                result.tokens(),
                result.tokensPerSecond());
        line(out, "cut", "%,d reached the longest length", result.cut());
    }
}
