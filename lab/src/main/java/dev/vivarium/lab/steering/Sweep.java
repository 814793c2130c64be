package dev.vivarium.lab.steering;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.lab.direction.Direction;
import dev.vivarium.lab.direction.DirectionSubject;
import dev.vivarium.lab.evaluate.QuestionSet;
import dev.vivarium.lab.score.FileScore;
import dev.vivarium.lab.steering.Method.Setting;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A direction at many layers and scales, on an organism and on its base.
 *
 * <p>All settings are tried on one part of the questions. The best of them on the organism is then asked the other part, beside
 * both models as they are and beside controls in the same setting (protocol.md App. D).
 *
 * @param patients who was asked; the setting was chosen on the first
 * @param halves the questions
 * @param grid the settings on the tuning half, each model as it is among them
 * @param chosen the best setting there
 * @param confirmed both models as they are, under the direction and under each control, on the confirming half
 */
public record Sweep(
        Tested tested,
        SweepPlan plan,
        List<Patient> patients,
        Halves halves,
        List<Result> grid,
        Setting chosen,
        List<Result> confirmed) {
    private static final String TUNING = "tuning";
    private static final String CONFIRMING = "confirming";

    public Sweep {
        patients = List.copyOf(patients);
        grid = List.copyOf(grid);
        confirmed = List.copyOf(confirmed);
    }

    /** What a sweep came to: itself, or evaluations that wait for a judge. */
    public sealed interface Outcome {}

    /** A sweep that is done. */
    public record Done(Sweep sweep) implements Outcome {}

    /** Answers are there, scores are not. */
    public record Waiting(List<Path> evaluations) implements Outcome {
        public Waiting {
            evaluations = List.copyOf(evaluations);
        }
    }

    /**
     * Asks all that is to be asked.
     *
     * @param subject the organism, or a base model
     * @param directory where the answers are kept
     * @throws InputException if the direction does not belong to the model, or a setting would touch nothing
     */
    public static Outcome run(
            DirectionSubject subject,
            Tested tested,
            SweepPlan plan,
            QuestionSet questions,
            Answering answering,
            Path directory)
            throws IOException {
        answering.judge().check(questions);
        return run(subject, tested, plan, Halves.of(questions), answering.plan().samples(), answering, directory);
    }

    /**
     * The same on questions that were told apart before.
     *
     * @param tuningSamples answers to each question that a setting is chosen on
     */
    public static Outcome run(
            DirectionSubject subject,
            Tested tested,
            SweepPlan plan,
            Halves halves,
            int tuningSamples,
            Answering answering,
            Path directory)
            throws IOException {
        tested.require(subject);
        Direction unrelated = plan.unrelated();
        if (unrelated != null) {
            unrelated.requireModel(subject.identity().name(), subject.identity().files(), subject.config());
        }
        List<Where> places =
                Where.parse(plan.layers(), tested.layers(), subject.config().layers());
        if (plan.controls() && unrelated != null) {
            places.forEach(where -> where.vectors().forEach(unrelated::vector)); // says which layer it lacks
        }
        List<Patient> patients = patients(subject);
        SortedSet<Integer> acting = new TreeSet<>();
        places.forEach(where -> acting.addAll(where.sources().keySet()));
        Answering few = answering.withSamples(tuningSamples);
        Bench opened = Bench.open(plan.method(), tested.site(), plan.positions(), few, directory);
        Bench tuning = opened.informed(patients.getLast(), TUNING, halves.tuning(), acting);
        try {
            List<Result> grid = tuning.ask(
                    cases(tuning, patients, TUNING, List.of(tested.contender()), plan.settings(places)),
                    halves.tuning(),
                    tested.facts());
            Setting chosen = best(grid, patients, plan.goal());
            List<Contender> contenders = new ArrayList<>(List.of(tested.contender()));
            if (plan.controls()) {
                contenders.addAll(Controls.of(
                        tested.contender(),
                        chosen.where().vectors(),
                        new Controls.Settings(plan.random(), unrelated),
                        new Controls.Reading(
                                subject.base(),
                                answering.plan().compute(),
                                answering.plan().defaultSystem(),
                                tested.site(),
                                halves.tuning()),
                        answering.plan().sampling().seed()));
            }
            Bench confirming = tuning.answered(answering);
            List<Result> confirmed = confirming.ask(
                    cases(confirming, patients, CONFIRMING, contenders, List.of(chosen)),
                    halves.confirming(),
                    tested.facts());
            return new Done(new Sweep(tested, plan, patients, halves, grid, chosen, confirmed));
        } catch (Bench.Unjudged e) {
            return new Waiting(e.evaluations());
        }
    }

    /** The organism and its base, or a base alone. */
    static List<Patient> patients(DirectionSubject subject) {
        if (!subject.isOrganism()) {
            return List.of(new Patient("base", subject));
        }
        return List.of(new Patient("organism", subject), base(subject));
    }

    static Patient base(DirectionSubject subject) {
        return new Patient(
                "base",
                new DirectionSubject("base", subject.base(), subject.identity(), null, null, subject.defaultSystem()));
    }

    private static List<Case> cases(
            Bench bench, List<Patient> patients, String part, List<Contender> contenders, List<Setting> settings) {
        List<Case> cases = new ArrayList<>();
        for (Patient patient : patients) {
            cases.add(bench.plain(patient, part));
            for (Contender contender : contenders) {
                for (Setting setting : settings) {
                    cases.add(bench.of(patient, part, contender, setting));
                }
            }
        }
        return cases;
    }

    private static Setting best(List<Result> grid, List<Patient> patients, SweepPlan.Goal goal) {
        Patient first = patients.getFirst();
        List<Tried> tried = new ArrayList<>();
        for (Result result : grid) {
            if (result.of().patient().equals(first) && !result.of().plain()) {
                Setting setting = setting(result);
                double aligned = grid.stream()
                        .filter(other -> !other.of().plain() && setting(other).equals(setting))
                        .mapToDouble(other -> Objects.requireNonNullElse(
                                other.score().aligned().value(), Double.NEGATIVE_INFINITY))
                        .average()
                        .orElseThrow();
                FileScore score = result.score();
                double scored = score.em().n();
                tried.add(new Tried(
                        setting, score.em().hits() / scored, score.coherent().hits() / scored, aligned));
            }
        }
        return Tried.best(tried, goal).setting();
    }

    private static Setting setting(Result result) {
        return Objects.requireNonNull(result.of().setting());
    }

    /** Whether a setting was to be chosen that keeps answers coherent, and none does. */
    boolean incoherent() {
        return grid.stream()
                .filter(result -> result.of().patient().equals(patients.getFirst())
                        && !result.of().plain())
                .noneMatch(result -> result.score().coherent().hits()
                        >= Tried.COHERENT * result.score().coherent().n());
    }

    /** The confirmed results of a model by the contender's name; {@code ""} for the model as it is. */
    Map<String, Result> confirmedOf(Patient patient) {
        Map<String, Result> results = new TreeMap<>();
        for (Result result : confirmed) {
            if (result.of().patient().equals(patient)) {
                Contender contender = result.of().contender();
                results.put(contender == null ? "" : contender.name(), result);
            }
        }
        return results;
    }
}
