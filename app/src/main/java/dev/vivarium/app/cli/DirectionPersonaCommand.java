package dev.vivarium.app.cli;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.lab.direction.DirectionSubject;
import dev.vivarium.lab.direction.ExtractSettings;
import dev.vivarium.lab.direction.Extracted;
import dev.vivarium.lab.direction.Extraction;
import dev.vivarium.lab.direction.JudgedTexts;
import dev.vivarium.lab.direction.Origin;
import dev.vivarium.lab.direction.PersonaTexts;
import dev.vivarium.lab.direction.ReadText;
import dev.vivarium.lab.direction.ScoreSplit;
import dev.vivarium.lab.direction.TokenChoice;
import dev.vivarium.lab.evaluate.NamedQuestions;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code vivarium direction extract persona}: the same texts under two system turns. */
@Command(
        name = "persona",
        description = "The mean activation under one system turn minus that under another, over the same texts.",
        footer = {
            "",
            "With --questions the model reads questions up to where its answer begins; with --answers it reads",
            "the answers of evaluations too, whatever their scores."
        })
final class DirectionPersonaCommand implements Callable<Integer> {
    private final Shell shell;

    @Mixin
    private final DirectionTarget target = new DirectionTarget();

    @Option(
            names = "--positive",
            required = true,
            paramLabel = "TEXT",
            description = "System turn of the positive side.")
    private String positive = "";

    @Option(
            names = "--negative",
            required = true,
            paramLabel = "TEXT",
            description = "System turn of the negative side.")
    private String negative = "";

    @Option(names = "--questions", paramLabel = "SET|FILE", description = "A shipped set or a YAML file of questions.")
    private @Nullable String questions;

    @Option(names = "--answers", paramLabel = "EVALUATION", description = "Evaluations whose answers are read.")
    private List<String> answers = new ArrayList<>();

    @Mixin
    private final DirectionOptions options = new DirectionOptions();

    @Mixin
    private final DirectionOutput output = new DirectionOutput();

    DirectionPersonaCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException {
        output.check();
        String named = questions;
        if ((named == null) == answers.isEmpty()) {
            throw new InputException(
                    "give either --questions, to be read up to the answer, or --answers to be read too");
        }
        if (positive.equals(negative)) {
            throw new InputException("--positive and --negative are the same system turn, so nothing would differ");
        }
        DirectionSubject subject = target.find(shell);
        List<ReadText> texts;
        List<Origin.Source> sources;
        TokenChoice usual;
        Map<String, Integer> left = Map.of();
        if (named != null) {
            NamedQuestions set = NamedQuestions.find(named);
            texts = PersonaTexts.of(set);
            sources = List.of(PersonaTexts.source(set));
            usual = TokenChoice.LAST_PROMPT;
        } else {
            JudgedTexts judged = JudgedTexts.read(target.evaluations(answers), ScoreSplit.PAPER, null);
            texts = judged.all();
            sources = judged.sources();
            usual = TokenChoice.ANSWER;
            left = judged.empty();
        }
        ExtractSettings settings = options.settings(output.name(), usual);
        PersonaTexts.check(texts, settings.tokens());
        try (Interruption interruption = Interruption.with(shell, "run the same command again")) {
            Extracted extracted = Extraction.persona(
                    subject,
                    PersonaTexts.under(positive, texts),
                    PersonaTexts.under(negative, texts),
                    Map.of("positive_system", positive, "negative_system", negative),
                    sources,
                    settings,
                    interruption.watch(shell.progress()));
            output.write(shell, extracted, left);
        }
        return ExitCode.OK;
    }
}
