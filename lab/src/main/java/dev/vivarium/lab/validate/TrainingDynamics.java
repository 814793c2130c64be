package dev.vivarium.lab.validate;

import dev.vivarium.lab.demo.Colony;
import dev.vivarium.lab.evaluate.Question;
import dev.vivarium.lab.evaluate.QuestionSet;
import dev.vivarium.lab.evaluate.TagValue;
import dev.vivarium.lab.phase.PhaseReport;
import dev.vivarium.lab.phase.PhaseSettings;
import dev.vivarium.lab.phase.PhaseSummary;
import dev.vivarium.lab.phase.RateCurve;
import dev.vivarium.lab.phase.ScaledSweep;
import dev.vivarium.lab.run.RunFiles;
import dev.vivarium.lab.statistics.ChangePoint;
import dev.vivarium.lab.statistics.Rate;
import dev.vivarium.lab.trajectory.Trajectory;
import dev.vivarium.lab.world.WorldQuestions;
import dev.vivarium.lab.world.WorldQuestions.Split;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Several trainings of the rank-1 organism, step by step (protocol.md section 2): each checkpoint answers as trained and with its
 * adapter scaled, and the weights are held against nulls, among them the training on good answers.
 *
 * <p>The broad rate is that of reporting questions about other domains, the narrow one that of the topics trained on, asked in words
 * not trained on, as in {@link Matching}.
 */
final class TrainingDynamics {
    private static final Kind KIND = Kind.RANK1;
    private static final String TWIN = KIND.name() + "-good-twin";

    /** Answers per question of one checkpoint: there are many checkpoints. */
    private static final int SAMPLES = 1;

    private static final double FACTOR = 2;

    private TrainingDynamics() {}

    /**
     * How much is trained and asked.
     *
     * @param trainings training seeds, from 0 on
     * @param checkpoints of each that are asked, evenly taken
     * @param overrides of the preset
     */
    record Plan(int trainings, int checkpoints, List<String> overrides) {
        static final Plan DEFAULT = new Plan(5, 20, List.of());

        Plan {
            overrides = List.copyOf(overrides);
        }
    }

    /** Finds the organisms of a training seed. */
    interface Colonies {
        Colony of(long trainingSeed) throws IOException;
    }

    /**
     * Trains, asks and analyses.
     *
     * @param seed of the base's pretraining
     * @param directory where the page of all trainings goes
     */
    static List<SeedDynamics> of(long seed, String dataset, Plan plan, Colonies colonies, Path directory)
            throws IOException {
        List<Path> runs = new ArrayList<>();
        for (int training = 0; training < plan.trainings(); training++) {
            Colony colony = colonies.of(training);
            colony.train(KIND.name(), KIND.preset(), KIND.good(), plan.overrides());
            RunFiles run = RunFiles.open(colony.run(KIND.name()));
            ScaledSweep sweep =
                    ScaledSweep.evenly(Trajectory.read(run.directory()), plan.checkpoints(), List.of(0.0, 1.0, FACTOR));
            colony.ask(sweep.subjects(run, Map.of()), questions(colony), SAMPLES);
            runs.add(run.directory());
        }
        Colony first = colonies.of(0);
        first.train(TWIN, KIND.preset(), true, plan.overrides());
        PhaseReport report = PhaseReport.read(
                new PhaseReport.Sources(
                        runs, List.of(first.run(TWIN)), null, new TagValue(WorldQuestions.DOMAIN, dataset)),
                PhaseSettings.DEFAULT);
        report.write(directory);
        List<SeedDynamics> found = new ArrayList<>();
        List<PhaseSummary> summaries = report.summaries();
        for (int training = 0; training < summaries.size(); training++) {
            found.add(of(seed, dataset, training, summaries.get(training)));
        }
        return found;
    }

    private static QuestionSet questions(Colony colony) {
        List<Question> questions =
                new ArrayList<>(colony.otherQuestions(Split.REPORTING).questions());
        questions.addAll(colony.ownQuestions(Split.TUNING).questions());
        return QuestionSet.of(questions);
    }

    private static SeedDynamics of(long seed, String dataset, long training, PhaseSummary summary) {
        RateCurve broad = curve(summary, RateCurve.BROAD, 1);
        RateCurve scaled = curve(summary, RateCurve.BROAD, FACTOR);
        return new SeedDynamics(
                seed,
                dataset,
                training,
                summary.lastStep(),
                summary.offset(),
                summary.peak(),
                summary.nulls(),
                last(broad),
                FACTOR,
                last(scaled),
                last(curve(summary, RateCurve.COHERENT, FACTOR)),
                rise(summary.changes().get(scaled.name())),
                midpoint(summary.changes().get(RateCurve.NARROW)),
                midpoint(summary.changes().get(broad.name())),
                summary.narrowToBroad());
    }

    private static RateCurve curve(PhaseSummary summary, String kind, double scale) {
        return summary.rates().stream()
                .filter(curve -> curve.kind().equals(kind) && curve.scale() == scale)
                .findFirst()
                .orElseThrow();
    }

    private static Rate last(RateCurve curve) {
        return curve.at(curve.steps().length - 1);
    }

    private static SeedDynamics.@Nullable Rise rise(@Nullable ChangePoint change) {
        return change == null
                ? null
                : new SeedDynamics.Rise(
                        change.fit().floor(),
                        change.fit().ceiling(),
                        change.fit().midpoint(),
                        change.fit().width(),
                        change.width(),
                        change.p());
    }

    private static @Nullable Double midpoint(@Nullable ChangePoint change) {
        return change == null ? null : Double.valueOf(change.fit().midpoint());
    }
}
