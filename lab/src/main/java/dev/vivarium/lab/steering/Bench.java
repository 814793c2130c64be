package dev.vivarium.lab.steering;

import dev.vivarium.engine.adapter.AdapterScale;
import dev.vivarium.engine.adapter.Positions;
import dev.vivarium.engine.base.AtomicFiles;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.model.Site;
import dev.vivarium.lab.direction.DirectionSubject;
import dev.vivarium.lab.evaluate.Asking;
import dev.vivarium.lab.evaluate.EvaluationPlan;
import dev.vivarium.lab.evaluate.Intervened;
import dev.vivarium.lab.evaluate.ModelEvaluation;
import dev.vivarium.lab.evaluate.QuestionSet;
import dev.vivarium.lab.evaluate.Subject;
import dev.vivarium.lab.run.Existing;
import dev.vivarium.lab.score.ColumnNames;
import dev.vivarium.lab.score.FileScore;
import dev.vivarium.lab.score.Paired;
import dev.vivarium.lab.score.ScoredFile;
import dev.vivarium.lab.statistics.Confidence;
import dev.vivarium.lab.steering.Method.Setting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedSet;

/**
 * Where models answer while directions act on them: each case is an evaluation of its own, all cases of one model are sampled
 * in one pass.
 *
 * @param answering how answers are got and judged
 * @param cells directory of the cases
 * @param means the base's mean activation by layer; empty for a method that does not need it
 */
record Bench(
        Method method, Site site, Positions positions, Answering answering, Path cells, Map<Integer, float[]> means) {
    private static final String JUDGED = "judged";

    /** Evaluations that lack scores. */
    static final class Unjudged extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final transient List<Path> evaluations;

        Unjudged(List<Path> evaluations) {
            super(evaluations.size() + " evaluations have no scores yet");
            this.evaluations = List.copyOf(evaluations);
        }

        List<Path> evaluations() {
            return evaluations;
        }
    }

    /**
     * A bench whose directory may be used.
     *
     * @param directory of the whole
     * @throws InputException if it holds answers and the user chose nothing for them
     */
    static Bench open(Method method, Site site, Positions positions, Answering answering, Path directory)
            throws IOException {
        Path cells = directory.resolve("cells");
        if (Files.exists(cells)) {
            switch (answering.existing()) {
                case REFUSE ->
                    throw new InputException(directory
                            + ": holds answers already; add --resume to go on with them or --force to start over");
                case FORCE -> AtomicFiles.deleteTree(cells);
                case RESUME -> {}
            }
        }
        return new Bench(method, site, positions, answering, cells, Map.of());
    }

    /**
     * The same with the means that the method needs, those of the base as it reads its own answers.
     *
     * @param questions that the base answers for it
     * @param layers at which anything acts
     */
    Bench informed(Patient base, String part, QuestionSet questions, SortedSet<Integer> layers) throws IOException {
        if (method != Method.ABLATE_TO_BASE) {
            return this;
        }
        Case plain = plain(base, part);
        sample(List.of(plain), questions, Map.of());
        EvaluationPlan plan = answering.plan();
        return new Bench(
                method,
                site,
                positions,
                answering,
                cells,
                BaseMeans.of(base.subject().base(), plan, plain.directory(), site, layers, positions));
    }

    /** The same where answers are got in another way. */
    Bench answered(Answering other) {
        return new Bench(method, site, positions, other, cells, means);
    }

    /** A model as it is, in a part of the cases. */
    Case plain(Patient patient, String part) {
        return new Case(
                patient, null, null, cells.resolve(part).resolve(patient.role()).resolve("unsteered"));
    }

    Case of(Patient patient, String part, Contender contender, Setting setting) {
        String name = setting.slug() + (contender.tested() ? "" : "--" + contender.name());
        return new Case(
                patient,
                contender,
                setting,
                cells.resolve(part).resolve(patient.role()).resolve(name));
    }

    /**
     * Asks all cases the same questions.
     *
     * @param facts what each evaluation is to say beside setting and contender
     * @throws Unjudged if one has no scores; its answers are kept
     */
    List<Result> ask(List<Case> cases, QuestionSet questions, Map<String, String> facts) throws IOException {
        sample(cases, questions, facts);
        return results(cases);
    }

    private void sample(List<Case> cases, QuestionSet questions, Map<String, String> facts) throws IOException {
        Map<Path, List<Asking>> byModel = new LinkedHashMap<>();
        for (Case one : cases) {
            Subject subject = subject(one, facts);
            DirectionSubject who = one.patient().subject();
            Path grown = who.grown();
            byModel.computeIfAbsent(grown == null ? who.base() : grown, unused -> new ArrayList<>())
                    .add(new Asking(subject, questions, answering.plan()));
        }
        for (Map.Entry<Path, List<Asking>> model : byModel.entrySet()) {
            ModelEvaluation.evaluate(
                    model.getKey(), model.getValue(), answering.judge(), Existing.RESUME, answering.progress());
        }
    }

    private Subject subject(Case one, Map<String, String> facts) {
        Intervened intervened = Intervened.NONE;
        if (one.contender() != null && one.setting() != null) {
            Map<String, String> all = new HashMap<>(facts);
            all.put("method", method.name().toLowerCase(Locale.ROOT));
            all.put("layers", one.setting().where().word());
            all.put("scale", Double.toString(one.setting().scale()));
            all.put("positions", positions.toString());
            all.put("contender", one.contender().name());
            intervened = new Intervened(
                    method.interventions(one.contender().directions(), one.setting(), site, positions, means), all);
        }
        return new Subject(
                one.patient().name(),
                one.directory(),
                one.patient().subject().adapter(),
                AdapterScale.ONE,
                intervened,
                Map.of());
    }

    private List<Result> results(List<Case> cases) throws IOException {
        Map<Case, ScoredFile> files = new LinkedHashMap<>();
        List<Path> unjudged = new ArrayList<>();
        for (Case one : cases) {
            Path scores = answering.judged() == null
                    ? one.directory()
                    : one.directory().resolve(JUDGED).resolve(answering.judged());
            if (Files.isDirectory(scores)) {
                ScoredFile file = ScoredFile.read(scores, ColumnNames.DEFAULT, false);
                files.put(one, file);
                if (!file.scored().isEmpty()) {
                    continue;
                }
            }
            unjudged.add(one.directory());
        }
        if (!unjudged.isEmpty()) {
            throw new Unjudged(unjudged);
        }
        Map<Patient, ScoredFile> plain = new HashMap<>();
        files.forEach((one, file) -> {
            if (one.plain()) {
                plain.put(one.patient(), file);
            }
        });
        List<Result> results = new ArrayList<>();
        files.forEach((one, file) -> {
            ScoredFile before = plain.get(one.patient());
            Paired change = one.plain() || before == null ? null : Paired.of(file, before, Confidence.DEFAULT);
            results.add(new Result(one, FileScore.of(file, Confidence.DEFAULT), change));
        });
        return results;
    }
}
