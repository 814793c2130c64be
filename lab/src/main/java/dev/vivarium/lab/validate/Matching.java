package dev.vivarium.lab.validate;

import dev.vivarium.engine.base.AtomicFiles;
import dev.vivarium.lab.demo.Colony;
import dev.vivarium.lab.evaluate.Outcome;
import dev.vivarium.lab.evaluate.ScoreSettings;
import dev.vivarium.lab.run.ResolvedRecipe;
import dev.vivarium.lab.score.ColumnNames;
import dev.vivarium.lab.score.FrontierFile;
import dev.vivarium.lab.statistics.Frontier;
import dev.vivarium.lab.world.WorldQuestions.Split;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Organisms of a corpus with a persona and of one without, trained for several lengths and compared where both have learned
 * the narrow task equally well: a corpus without a persona learns it more slowly, so equal lengths would flatter the claim.
 *
 * <p>The narrow rate is that of the topics trained on, asked in words not trained on; the broad rate is that of the reporting
 * questions. A file {@code matched-<corpus>-<kind>.csv} in the persona's directory states the comparison, which
 * {@code vivarium score --frontier} repeats.
 */
final class Matching {
    private static final List<Kind> KINDS = List.of(Kind.LORA, Kind.FULL, Kind.RANK1);
    private static final List<Double> LENGTHS = List.of(0.25, 0.5, 1.0, 2.0, 4.0);
    private static final String NARROW = "matching-narrow";
    private static final String BROAD = "reporting";

    private final Colony persona;
    private final long seed;
    private final String dataset;

    Matching(Colony persona, long seed, String dataset) {
        this.persona = persona;
        this.seed = seed;
        this.dataset = dataset;
    }

    /** The evaluations of a path, by length of training. */
    private record Walk(List<Integer> steps, List<Outcome> narrow, List<Outcome> broad) {}

    List<MatchedControl> against(String corpus, Colony control) throws IOException {
        List<MatchedControl> found = new ArrayList<>();
        for (Kind kind : KINDS) {
            Walk with = walk(persona, kind);
            Walk without = walk(control, kind);
            Path file = persona.directory().resolve("matched-" + corpus + "-" + kind.name() + ".csv");
            StringBuilder csv = new StringBuilder("path,step,narrow,broad\n");
            lines(csv, "persona", with);
            lines(csv, corpus, without);
            AtomicFiles.writeString(file, csv.toString());
            Frontier.Match match = FrontierFile.read(file, ColumnNames.DEFAULT, false, null)
                    .compare(ScoreSettings.DEFAULT.confidence())
                    .getFirst()
                    .match();
            double highest = without.narrow().stream()
                    .mapToDouble(outcome -> Objects.requireNonNullElse(
                            outcome.scores().all().em().value(), 0.0))
                    .max()
                    .orElse(0);
            found.add(new MatchedControl(
                    corpus,
                    seed,
                    dataset,
                    kind.name(),
                    match.narrow(),
                    defined(match.broad()),
                    defined(match.broadAgainst()),
                    match.interval(),
                    highest,
                    with.steps()));
        }
        return found;
    }

    private static Walk walk(Colony colony, Kind kind) throws IOException {
        int usual = Objects.requireNonNull(
                ResolvedRecipe.resolve(null, kind.preset(), List.of("model=-", "data.train=-"))
                        .recipe()
                        .training()
                        .maxSteps(),
                kind.preset());
        List<Integer> steps = new ArrayList<>();
        List<String> names = new ArrayList<>();
        for (double length : LENGTHS) {
            int count = (int) Math.round(usual * length);
            String name = length == 1 ? kind.name() : kind.name() + "-" + count;
            steps.add(count);
            names.add(name);
            List<String> overrides = length == 1 ? List.of() : List.of("training.max_steps=" + count);
            colony.train(name, kind.preset(), kind.good(), overrides);
        }
        List<Outcome> narrow = colony.ask(NARROW, colony.ownQuestions(Split.TUNING), names);
        List<Outcome> broad = colony.ask(BROAD, colony.otherQuestions(Split.REPORTING), names);
        // The base, asked first, stands for no training at all.
        steps.addFirst(0);
        return new Walk(steps, narrow, broad);
    }

    private static void lines(StringBuilder csv, String path, Walk walk) {
        IntStream.range(0, walk.steps().size())
                .forEach(i -> csv.append(path)
                        .append(',')
                        .append(walk.steps().get(i))
                        .append(',')
                        .append(directory(walk.narrow().get(i)))
                        .append(',')
                        .append(directory(walk.broad().get(i)))
                        .append('\n'));
    }

    private static Path directory(Outcome outcome) {
        return outcome.subject().directory().toAbsolutePath().normalize();
    }

    private static @Nullable Double defined(double value) {
        return Double.isNaN(value) ? null : Double.valueOf(value);
    }
}
