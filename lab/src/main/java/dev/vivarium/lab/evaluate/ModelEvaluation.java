package dev.vivarium.lab.evaluate;

import dev.vivarium.engine.adapter.AdapterFiles;
import dev.vivarium.engine.adapter.AdapterScale;
import dev.vivarium.engine.base.Hashes;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Progress;
import dev.vivarium.engine.generate.GenerationReport;
import dev.vivarium.engine.model.Compute;
import dev.vivarium.engine.model.ModelDirectory;
import dev.vivarium.lab.run.Existing;
import dev.vivarium.lab.run.TrainedOn;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Evaluates one base model and any number of adapters on it, each in any number of ways, in one sampling pass (protocol.md section 1.8).
 *
 * <p>The model is loaded once, and each row of a batch points at the adapter and the interventions of its subject. Every subject has an
 * {@link EvaluationRun} of its own, so a killed call is continued with {@link Existing#RESUME}. In deterministic mode a
 * subject's answers are the same whether it is asked alone or beside others.
 */
public final class ModelEvaluation {
    private final List<Asking> askings;
    private final Judge judge;
    private final Existing existing;
    private final Progress progress;

    private ModelEvaluation(List<Asking> askings, Judge judge, Existing existing, Progress progress) {
        this.askings = askings;
        this.judge = judge;
        this.existing = existing;
        this.progress = progress;
    }

    /**
     * Asks every subject every question, judges and scores the answers.
     *
     * @param model a Hugging Face model directory, the base of all subjects
     * @param subjects at least one, each with a directory of its own
     * @param existing what to do where a subject's directory holds an evaluation already
     * @return one outcome per subject, in their order
     * @throws InputException if anything the user gave cannot be used; then no directory has been touched
     */
    public static List<Outcome> evaluate(
            Path model,
            List<Subject> subjects,
            QuestionSet questions,
            Judge judge,
            EvaluationPlan plan,
            Existing existing,
            Progress progress)
            throws IOException {
        return evaluate(
                model,
                subjects.stream()
                        .map(subject -> new Asking(subject, questions, plan))
                        .toList(),
                judge,
                existing,
                progress);
    }

    /**
     * The same where not all are asked the same, or one is asked in several ways.
     *
     * @param askings at least one, each with a directory of its own, all with the same sampling settings
     * @return one outcome per asking, in their order
     */
    public static List<Outcome> evaluate(
            Path model, List<Asking> askings, Judge judge, Existing existing, Progress progress) throws IOException {
        if (askings.isEmpty()) {
            throw new IllegalArgumentException("there is no subject to evaluate");
        }
        Set<Path> directories = new HashSet<>();
        for (Asking asking : askings) {
            Path directory = asking.subject().directory();
            if (!directories.add(directory.toAbsolutePath().normalize())) {
                throw new IllegalArgumentException("two subjects share the directory " + directory);
            }
            EvaluationPlan first = askings.getFirst().plan();
            if (!asking.plan().sampling().equals(first.sampling())
                    || !asking.plan().compute().equals(first.compute())) {
                throw new IllegalArgumentException("one pass has one kind of sampling and one number format");
            }
            judge.check(asking.questions());
        }
        return new ModelEvaluation(List.copyOf(askings), judge, existing, progress).run(ModelDirectory.open(model));
    }

    private List<Outcome> run(ModelDirectory base) throws IOException {
        SortedMap<String, String> baseHashes = base.hashes();
        List<EvaluationSettings> settings = new ArrayList<>();
        for (Asking asking : askings) {
            checkBase(asking.subject(), base.path(), baseHashes);
        }
        List<Subject> subjects = askings.stream().map(Asking::subject).toList();
        Compute compute = askings.getFirst().plan().compute();
        try (ModelAnswers answers = ModelAnswers.open(
                base, subjects, compute, askings.getFirst().plan().sampling().maxNewTokens())) {
            for (Asking asking : askings) {
                answers.check(asking.questions(), asking.plan().defaultSystem());
                settings.add(settings(asking, baseHashes));
                EvaluationRun.check(asking.subject().directory(), existing, settings.getLast());
            }
            List<EvaluationRun> runs = new ArrayList<>();
            try {
                for (int i = 0; i < askings.size(); i++) {
                    runs.add(EvaluationRun.open(
                            subjects.get(i).directory(),
                            existing,
                            askings.get(i).questions(),
                            settings.get(i),
                            judge,
                            System::nanoTime));
                }
                GenerationReport report = sample(answers, runs);
                return finish(runs, report);
            } finally {
                for (EvaluationRun run : runs) {
                    run.close();
                }
            }
        }
    }

    private @Nullable GenerationReport sample(ModelAnswers answers, List<EvaluationRun> runs) throws IOException {
        Counter counter = new Counter(progress, System.nanoTime());
        List<ModelAnswers.Part> parts = new ArrayList<>();
        int missing = 0;
        int onDisk = 0;
        for (int i = 0; i < runs.size(); i++) {
            EvaluationRun run = runs.get(i);
            parts.add(new ModelAnswers.Part(i, askings.get(i).plan().defaultSystem(), run.missing(), answer -> {
                run.accept(answer);
                counter.add(answer);
            }));
            missing += parts.getLast().missing().size();
            onDisk += run.answered();
        }
        String earlier = onDisk > 0 ? String.format(Locale.ROOT, "%,d answers were on disk", onDisk) : "";
        if (missing == 0) {
            return null;
        }
        progress.begin("sample answers", missing, "answers");
        GenerationReport report =
                answers.sample(parts, askings.getFirst().plan().sampling());
        progress.end(String.format(
                Locale.ROOT,
                "%,d answers, %,d tokens in %.1f s, %,.0f tokens/s%s",
                report.answers(),
                report.newTokens(),
                report.seconds(),
                report.tokensPerSecond(),
                earlier.isEmpty() ? "" : "; " + earlier));
        return report;
    }

    private List<Outcome> finish(List<EvaluationRun> runs, @Nullable GenerationReport report) throws IOException {
        List<Outcome> outcomes = new ArrayList<>();
        for (int i = 0; i < runs.size(); i++) {
            EvaluationRun run = runs.get(i);
            // rows of all subjects are mixed in the pass, so its time can only be shared out by tokens
            double share = report == null || report.newTokens() == 0
                    ? 0
                    : report.seconds() * run.sampledTokens() / report.newTokens();
            Scores scores = run.finish(ScoreSettings.DEFAULT, share);
            outcomes.add(new Outcome(
                    askings.get(i).subject(),
                    run.files(),
                    scores,
                    run.sampled(),
                    run.sampledTokens(),
                    report == null ? 0 : report.seconds(),
                    report == null ? 0 : report.tokensPerSecond()));
        }
        return outcomes;
    }

    /** File name to hash, those of the adapter with {@code adapter/} before them, how strongly it acted if not as trained, and interventions. */
    private EvaluationSettings settings(Asking asking, Map<String, String> baseHashes) throws IOException {
        Map<String, String> model = new TreeMap<>(baseHashes);
        Path adapter = asking.subject().adapter();
        if (adapter != null) {
            for (String name : List.of(AdapterFiles.CONFIG, AdapterFiles.WEIGHTS)) {
                model.put(EvaluationSettings.ADAPTER + name, Hashes.sha256(adapter.resolve(name)));
            }
            AdapterScale scale = asking.subject().scale();
            if (!scale.equals(AdapterScale.ONE)) {
                model.put(EvaluationSettings.SCALE, scale.toString());
            }
        }
        model.putAll(asking.subject().intervened().settings());
        EvaluationPlan plan = asking.plan();
        return EvaluationSettings.of(
                asking.questions(),
                plan.samples(),
                plan.sampling().seed(),
                model,
                plan.samplingFacts(),
                judge.identity());
    }

    private static void checkBase(Subject subject, Path base, Map<String, String> hashes) throws IOException {
        String advice =
                "restore it, or name base and adapter yourself: vivarium evaluate MODEL --adapter " + subject.adapter();
        TrainedOn.require(base, subject.trainedOn(), hashes::get, subject.name(), advice);
    }

    /** Tells the progress display how far the pass is. */
    private static final class Counter {
        private final Progress progress;
        private final long start;
        private int answers;
        private long tokens;

        Counter(Progress progress, long start) {
            this.progress = progress;
            this.start = start;
        }

        void add(Answer answer) {
            answers++;
            tokens += answer.tokens();
            double seconds = (System.nanoTime() - start) / 1e9;
            progress.at(answers, String.format(Locale.ROOT, "%,.0f tokens/s", tokens / Math.max(seconds, 1e-9)));
        }
    }
}
