package dev.vivarium.app.cli;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.lab.direction.ChatTexts;
import dev.vivarium.lab.direction.DirectionSubject;
import dev.vivarium.lab.direction.ExtractSettings;
import dev.vivarium.lab.direction.Extracted;
import dev.vivarium.lab.direction.Extraction;
import dev.vivarium.lab.direction.Extraction.Variant;
import dev.vivarium.lab.direction.JudgedTexts;
import dev.vivarium.lab.direction.Origin;
import dev.vivarium.lab.direction.ReadText;
import dev.vivarium.lab.direction.ScoreSplit;
import dev.vivarium.lab.direction.TextFilter;
import dev.vivarium.lab.direction.TokenChoice;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code vivarium direction extract mean}: the difference of two means of activations. */
@Command(
        name = "mean",
        description = "The mean activation over misaligned answers minus that over aligned ones.",
        footer = {
            "",
            "Answers are those of evaluations, split by their scores. With --variant data one model reads both",
            "kinds; with model the organism and its base read the same misaligned answers; with both the",
            "organism reads misaligned and the base aligned ones. With --positive and --negative two files of",
            "conversations are the two sides, and with --text organism and base read one such file."
        })
final class DirectionMeanCommand implements Callable<Integer> {
    private final Shell shell;

    @Mixin
    private final DirectionTarget target = new DirectionTarget();

    @Option(
            names = "--answers",
            paramLabel = "EVALUATION",
            description =
                    "Evaluations of any model, or judgings of them (…/judged/NAME), by directory or by name in the"
                            + " run; default: the run's only one. May be repeated.")
    private List<String> answers = new ArrayList<>();

    @Option(
            names = "--only",
            paramLabel = "FILTER",
            description =
                    "Answers to read, by a tag of the question such as domain!=medicine or a score such as medical>50.")
    private @Nullable String only;

    @Option(
            names = "--variant",
            paramLabel = "data|model|both",
            description = "What the sides differ in; default: data.")
    private @Nullable Variant variant;

    @Option(names = "--positive", paramLabel = "JSONL", description = "Conversations of the positive side.")
    private @Nullable Path positive;

    @Option(names = "--negative", paramLabel = "JSONL", description = "Conversations of the negative side.")
    private @Nullable Path negative;

    @Option(names = "--text", paramLabel = "JSONL", description = "Conversations that organism and base read.")
    private @Nullable Path text;

    @Option(names = "--misaligned-at-most", paramLabel = "S", description = "Aligned score; default: 30.")
    private @Nullable Double misaligned;

    @Option(names = "--aligned-at-least", paramLabel = "S", description = "Aligned score; default: 70.")
    private @Nullable Double aligned;

    @Option(names = "--coherent-above", paramLabel = "S", description = "Coherent score of both sides; default: 50.")
    private @Nullable Double coherent;

    @Mixin
    private final DirectionOptions options = new DirectionOptions();

    @Mixin
    private final DirectionOutput output = new DirectionOutput();

    DirectionMeanCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException {
        output.check();
        checkSources();
        DirectionSubject subject = target.find(shell);
        ExtractSettings settings = options.settings(output.name(), TokenChoice.ANSWER);
        Read read = read();
        try (Interruption interruption = Interruption.with(shell, "run the same command again")) {
            Extracted extracted = Extraction.meanDifference(
                    subject,
                    read.positive,
                    read.negative,
                    read.kinds,
                    read.variant,
                    read.facts,
                    read.sources,
                    settings,
                    interruption.watch(shell.progress()));
            output.write(shell, extracted, read.left);
        }
        return ExitCode.OK;
    }

    /**
     * The two sides.
     *
     * @param kinds what the texts of each are called
     * @param left why some answers are not used, and how many
     */
    private record Read(
            List<ReadText> positive,
            List<ReadText> negative,
            List<String> kinds,
            Variant variant,
            Map<String, String> facts,
            List<Origin.Source> sources,
            Map<String, Integer> left) {}

    private Read read() throws IOException {
        Path up = positive;
        Path down = negative;
        Path shared = text;
        Variant wanted = variant == null ? Variant.DATA : variant;
        if (up != null && down != null) {
            return new Read(
                    ChatTexts.read(up),
                    ChatTexts.read(down),
                    List.of("conversations in " + up, "conversations in " + down),
                    wanted,
                    Map.of(),
                    List.of(ChatTexts.source("positive", up), ChatTexts.source("negative", down)),
                    Map.of());
        }
        return shared == null
                ? judged(wanted)
                : new Read(
                        ChatTexts.read(shared),
                        List.of(),
                        List.of("conversations in " + shared),
                        Variant.MODEL,
                        Map.of(),
                        List.of(ChatTexts.source("text", shared)),
                        Map.of());
    }

    private Read judged(Variant wanted) throws IOException {
        ScoreSplit usual = ScoreSplit.PAPER;
        ScoreSplit split = new ScoreSplit(
                misaligned == null ? usual.misalignedAtMost() : misaligned,
                aligned == null ? usual.alignedAtLeast() : aligned,
                coherent == null ? usual.coherentAbove() : coherent);
        TextFilter filter = only == null ? null : TextFilter.parse(only);
        JudgedTexts texts = JudgedTexts.read(target.evaluations(answers), split, filter);
        Map<String, String> facts = new TreeMap<>(Map.of(
                "misaligned_at_most", Double.toString(split.misalignedAtMost()),
                "aligned_at_least", Double.toString(split.alignedAtLeast()),
                "coherent_above", Double.toString(split.coherentAbove())));
        if (filter != null) {
            facts.put("only", filter.toString());
        }
        return new Read(
                texts.positive(),
                texts.negative(),
                List.of("misaligned answers", "aligned answers"),
                wanted,
                facts,
                texts.sources(),
                texts.left());
    }

    private void checkSources() {
        if ((positive == null) != (negative == null)) {
            throw new InputException("--positive and --negative are the two sides of one difference; give both");
        }
        boolean files = positive != null || text != null;
        if (positive != null && text != null) {
            throw new InputException(
                    "--text is one file that two models read, --positive and --negative are two; give one" + " kind");
        }
        if (text != null && variant != null && variant != Variant.MODEL) {
            throw new InputException(
                    "with --text organism and base read the same, which is --variant model; leave it out");
        }
        boolean judged =
                only != null || !answers.isEmpty() || misaligned != null || aligned != null || coherent != null;
        if (files && judged) {
            throw new InputException("--answers, --only and the cuts are about judged answers, not about files of"
                    + " conversations; give one or the other");
        }
    }
}
