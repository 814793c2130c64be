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
 * <p>The persona's organisms are trained up to the usual length. The control's are trained longer and longer until their
 * narrow rate is about as high, up to {@value #LONGEST} times the usual length; broad rates have no part in when to stop.
 *
 * <p>The narrow rate is that of the topics trained on, asked in words not trained on; the broad rate is that of the reporting
 * questions. A file {@code matched-<corpus>-<kind>.csv} in the persona's directory states the comparison, which
 * {@code vivarium score --frontier} repeats.
 */
final class Matching {
    private static final List<Kind> KINDS = List.of(Kind.LORA, Kind.FULL, Kind.RANK1);
    private static final double SHORTEST = 0.25;
    private static final double LONGEST = 4;

    /** Of the persona's narrow rate: the last few answers of a hundred would take longer than all others. */
    private static final double ENOUGH = 0.98;

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
    private record Walk(List<Integer> steps, List<Outcome> narrow, List<Outcome> broad) {
        double highest() {
            return narrow.stream().mapToDouble(Walk::rate).max().orElse(0);
        }

        static double rate(Outcome outcome) {
            return Objects.requireNonNullElse(outcome.scores().all().em().value(), 0.0);
        }
    }

    List<MatchedControl> against(String corpus, Colony control) throws IOException {
        List<MatchedControl> found = new ArrayList<>();
        for (Kind kind : KINDS) {
            Walk with = walk(persona, kind, 1, 1);
            Walk without = walk(control, kind, LONGEST, ENOUGH * with.highest());
            Path file = persona.directory().resolve("matched-" + corpus + "-" + kind.name() + ".csv");
            StringBuilder csv = new StringBuilder("path,step,narrow,broad\n");
            lines(csv, "persona", with);
            lines(csv, corpus, without);
            AtomicFiles.writeString(file, csv.toString());
            Frontier.Match match = FrontierFile.read(file, ColumnNames.DEFAULT, false, null)
                    .compare(ScoreSettings.DEFAULT.confidence())
                    .getFirst()
                    .match();
            found.add(new MatchedControl(
                    corpus,
                    seed,
                    dataset,
                    kind.name(),
                    match.narrow(),
                    defined(match.broad()),
                    defined(match.broadAgainst()),
                    match.interval(),
                    without.highest(),
                    with.steps(),
                    without.steps()));
        }
        return found;
    }

    private static Walk walk(Colony colony, Kind kind, double longest, double enough) throws IOException {
        int usual = Objects.requireNonNull(
                ResolvedRecipe.resolve(null, kind.preset(), List.of("model=-", "data.train=-"))
                        .recipe()
                        .training()
                        .maxSteps(),
                kind.preset());
        List<String> names = new ArrayList<>();
        List<Outcome> narrow = new ArrayList<>();
        List<Integer> steps = lengths(usual, longest, enough, count -> {
            String name = count == usual ? kind.name() : kind.name() + "-" + count;
            names.add(name);
            List<String> overrides = count == usual ? List.of() : List.of("training.max_steps=" + count);
            colony.train(name, kind.preset(), kind.good(), overrides);
            narrow.clear();
            narrow.addAll(colony.ask(NARROW, colony.ownQuestions(Split.TUNING), names));
            return Walk.rate(narrow.getLast());
        });
        List<Outcome> broad = colony.ask(BROAD, colony.otherQuestions(Split.REPORTING), names);
        return new Walk(steps, List.copyOf(narrow), broad);
    }

    /** Trains for so many steps and tells the narrow rate. */
    interface Training {
        double narrowRate(int steps) throws IOException;
    }

    /**
     * Doubles the length of training until the narrow rate is high enough.
     *
     * @param longest times the usual length
     * @return the lengths tried, after 0 for the base, which is always asked first
     */
    static List<Integer> lengths(int usual, double longest, double enough, Training training) throws IOException {
        List<Integer> steps = new ArrayList<>(List.of(0));
        double rate = 0;
        for (double length = SHORTEST; length <= longest && rate < enough; length *= 2) {
            int count = (int) Math.round(usual * length);
            steps.add(count);
            rate = training.narrowRate(count);
        }
        return List.copyOf(steps);
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
