package dev.vivarium.lab.steering;

import dev.vivarium.engine.adapter.Positions;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.lab.direction.DirectionSubject;
import dev.vivarium.lab.evaluate.QuestionSet;
import dev.vivarium.lab.steering.Method.Setting;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Directions of organisms ablated in other organisms of the same base, and in the base (protocol.md 3.3).
 *
 * <p>Nothing is chosen, so all questions are asked.
 *
 * @param plan what is done with each direction, and where
 * @param rows directions, controls last
 * @param patients organisms, the base last
 * @param results by model each direction's, the model as it is first
 */
public record Transfer(
        Plan plan,
        List<Contender> rows,
        List<Patient> patients,
        QuestionSet questions,
        Map<Patient, List<Result>> results) {
    private static final String PART = "transfer";
    private static final String PLAIN = "[^A-Za-z0-9._-]";

    /**
     * What is done in all organisms.
     *
     * @param method one that ablates
     * @param layers one place as {@link Where#one} reads it
     * @param scale as {@link Method} takes it
     * @param random how many random directions stand beside the others
     */
    public record Plan(Method method, String layers, double scale, Positions positions, int random) {
        public Plan {
            if (!method.ablates()) {
                throw new IllegalArgumentException(method + " is no ablation");
            }
            SweepPlan.requireRandom(random);
        }
    }

    /**
     * An organism.
     *
     * @param direction that was found in it; null if it only receives those of others
     */
    public record Organism(
            DirectionSubject subject, @Nullable Tested direction) {}

    /** What a transfer came to: itself, or evaluations that wait for a judge. */
    public sealed interface Outcome {}

    /** A transfer that is done. */
    public record Done(Transfer transfer) implements Outcome {}

    /** Answers are there, scores are not. */
    public record Waiting(List<Path> evaluations) implements Outcome {
        public Waiting {
            evaluations = List.copyOf(evaluations);
        }
    }

    public Transfer {
        rows = List.copyOf(rows);
        patients = List.copyOf(patients);
        results = new LinkedHashMap<>(results);
    }

    /**
     * Asks all organisms and their base.
     *
     * @param directory where the answers are kept
     * @throws InputException if the organisms have several bases, or a direction does not belong to theirs
     */
    public static Outcome run(
            List<Organism> organisms, Plan plan, QuestionSet questions, Answering answering, Path directory)
            throws IOException {
        check(organisms);
        answering.judge().check(questions);
        DirectionSubject first = organisms.getFirst().subject();
        int count = first.config().layers();
        Map<Contender, Setting> rows = new LinkedHashMap<>();
        for (Organism organism : organisms) {
            Tested direction = organism.direction();
            if (direction != null) {
                direction.require(first);
                Contender contender = new Contender(
                        organism.subject().name().replaceAll(PLAIN, "_"),
                        direction.name() + " of " + organism.subject().name(),
                        direction.contender().directions());
                Setting setting = setting(plan, direction, count);
                rows.put(contender, setting);
            }
        }
        if (rows.isEmpty()) {
            throw new InputException(
                    "no organism has a direction, so nothing would be ablated; write RUN=FILE for one");
        }
        Map.Entry<Contender, Setting> model = rows.entrySet().iterator().next();
        Controls.randoms(
                        model.getKey(),
                        model.getValue().where().vectors(),
                        plan.random(),
                        answering.plan().sampling().seed())
                .forEach(control -> rows.put(control, model.getValue()));
        Tested tested = organisms.stream()
                .map(Organism::direction)
                .filter(direction -> direction != null)
                .findFirst()
                .orElseThrow();
        SortedSet<Integer> acting = new TreeSet<>();
        rows.values().forEach(setting -> acting.addAll(setting.where().sources().keySet()));
        Bench bench = Bench.open(plan.method(), tested.site(), plan.positions(), answering, directory)
                .informed(Sweep.base(first), PART, questions, acting);
        List<Patient> patients = new ArrayList<>();
        for (Organism organism : organisms) {
            patients.add(new Patient(organism.subject().name().replaceAll(PLAIN, "_"), organism.subject()));
        }
        patients.add(Sweep.base(first));
        List<Case> cases = new ArrayList<>();
        for (Patient patient : patients) {
            cases.add(bench.plain(patient, PART));
            rows.forEach((contender, setting) -> cases.add(bench.of(patient, PART, contender, setting)));
        }
        try {
            Map<Patient, List<Result>> results = new LinkedHashMap<>();
            for (Result result : bench.ask(cases, questions, Map.of())) {
                results.computeIfAbsent(result.of().patient(), unused -> new ArrayList<>())
                        .add(result);
            }
            return new Done(new Transfer(plan, List.copyOf(rows.keySet()), patients, questions, results));
        } catch (Bench.Unjudged e) {
            return new Waiting(e.evaluations());
        }
    }

    private static Setting setting(Plan plan, Tested direction, int count) {
        return new Setting(Where.one("--layers", plan.layers(), direction.layers(), count), plan.scale());
    }

    private static void check(List<Organism> organisms) {
        Set<String> names = new HashSet<>(Set.of("base"));
        DirectionSubject first = organisms.getFirst().subject();
        for (Organism organism : organisms) {
            DirectionSubject subject = organism.subject();
            if (!subject.isOrganism()) {
                throw new InputException(
                        subject.name() + " is a base model; name runs, the base is asked beside them by itself");
            }
            if (!names.add(subject.name().replaceAll(PLAIN, "_"))) {
                throw new InputException("two organisms are called \"" + subject.name() + "\"; rename one of the runs");
            }
            if (!subject.identity().files().equals(first.identity().files())) {
                throw new InputException(subject.name() + " was not grown on the base of " + first.name()
                        + ", so directions of the one say nothing in the other; name organisms of one base");
            }
            if (organism.direction() != null
                    && organisms.stream()
                            .anyMatch(other -> other.direction() != null
                                    && other.direction().site()
                                            != organism.direction().site())) {
                throw new InputException("the directions lie at different sites; extract them at one");
            }
        }
    }

    /** The model as it is, or under a direction. */
    Result result(Patient patient, @Nullable Contender row) {
        return results.getOrDefault(patient, List.of()).stream()
                .filter(result -> row == null
                        ? result.of().plain()
                        : row.equals(result.of().contender()))
                .findFirst()
                .orElseThrow();
    }
}
