package dev.vivarium.app.cli;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.lab.direction.ChatTexts;
import dev.vivarium.lab.direction.DirectionSubject;
import dev.vivarium.lab.direction.ExtractSettings;
import dev.vivarium.lab.direction.Extracted;
import dev.vivarium.lab.direction.Extraction;
import dev.vivarium.lab.direction.JudgedTexts;
import dev.vivarium.lab.direction.Origin;
import dev.vivarium.lab.direction.ReadText;
import dev.vivarium.lab.direction.ScoreSplit;
import dev.vivarium.lab.direction.TokenChoice;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code vivarium direction extract pca}: the first principal component of organism minus base. */
@Command(
        name = "pca",
        description = "The first principal component of organism minus base over tokens that both read.",
        footer = {
            "",
            "About the mean difference, which is extract mean --variant model. Its length is one standard",
            "deviation, and it points to the side of the mean difference."
        })
final class DirectionPcaCommand implements Callable<Integer> {
    private final Shell shell;

    @Mixin
    private final DirectionTarget target = new DirectionTarget();

    @Option(
            names = "--answers",
            paramLabel = "EVALUATION",
            description = "Evaluations whose answers are read, whatever their scores; default: the run's only one.")
    private List<String> answers = new ArrayList<>();

    @Option(names = "--text", paramLabel = "JSONL", description = "Conversations that are read instead.")
    private @Nullable Path text;

    @Mixin
    private final DirectionOptions options = new DirectionOptions();

    @Mixin
    private final DirectionOutput output = new DirectionOutput();

    DirectionPcaCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException {
        output.check();
        Path file = text;
        if (file != null && !answers.isEmpty()) {
            throw new InputException("--text and --answers are both about what is read; give one of them");
        }
        DirectionSubject subject = target.find(shell);
        List<ReadText> texts;
        List<Origin.Source> sources;
        Map<String, Integer> left = Map.of();
        if (file != null) {
            texts = ChatTexts.read(file);
            sources = List.of(ChatTexts.source("text", file));
        } else {
            JudgedTexts judged = JudgedTexts.read(target.evaluations(answers), ScoreSplit.PAPER, null);
            texts = judged.all();
            sources = judged.sources();
            left = judged.empty();
        }
        ExtractSettings settings = options.settings(output.name(), TokenChoice.ANSWER);
        try (Interruption interruption = Interruption.with(shell, "run the same command again")) {
            Extracted extracted =
                    Extraction.principal(subject, texts, sources, settings, interruption.watch(shell.progress()));
            output.write(shell, extracted, left);
        }
        return ExitCode.OK;
    }
}
