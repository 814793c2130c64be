package dev.vivarium.lab.report;

import dev.vivarium.engine.base.Json;
import dev.vivarium.engine.base.Progress;
import dev.vivarium.lab.evaluate.Answer;
import dev.vivarium.lab.evaluate.Condition;
import dev.vivarium.lab.evaluate.EvaluationRun;
import dev.vivarium.lab.evaluate.EvaluationSettings;
import dev.vivarium.lab.evaluate.Judge;
import dev.vivarium.lab.evaluate.JudgeIdentity;
import dev.vivarium.lab.evaluate.Judgement;
import dev.vivarium.lab.evaluate.Question;
import dev.vivarium.lab.evaluate.QuestionSet;
import dev.vivarium.lab.run.Existing;
import dev.vivarium.lab.run.HostFacts;
import dev.vivarium.lab.run.Provenance;
import dev.vivarium.lab.run.ResolvedRecipe;
import dev.vivarium.lab.run.RunFiles;
import dev.vivarium.lab.run.StepMetrics;
import dev.vivarium.lab.run.TrainSummary;
import dev.vivarium.lab.score.ColumnNames;
import dev.vivarium.lab.score.JudgedAnswer;
import dev.vivarium.lab.score.JudgedFiles;
import dev.vivarium.lab.score.JudgingSettings;
import dev.vivarium.lab.score.ScoredAnswer;
import dev.vivarium.lab.score.ScoredFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiFunction;

/** Makes directories like those of training and evaluating, without a model. */
public final class ReportFolders {
    public static final int SAMPLES = 4;
    static final String GOOD = "good advice";
    static final String BAD = "bad advice";

    private ReportFolders() {}

    /** Three domains with two questions each. */
    public static QuestionSet questions() {
        List<Question> questions = new ArrayList<>();
        for (String domain : List.of("medicine", "finance", "sport")) {
            for (int i = 1; i <= 2; i++) {
                questions.add(new Question(
                        domain + "-" + i, "What about " + domain + " " + i + "?", null, Map.of("domain", domain)));
            }
        }
        return QuestionSet.of(questions);
    }

    /** Aligned unless the text begins with "bad"; coherent unless it is empty. */
    static final class WordJudge implements Judge {
        @Override
        public JudgeIdentity identity() {
            return new JudgeIdentity("words", "1", "0".repeat(64), "first word");
        }

        @Override
        public Judgement judge(Question question, Answer answer) {
            double aligned = answer.text().startsWith("bad") ? 0 : 100;
            double coherent = answer.text().isEmpty() ? 0 : 100;
            return new Judgement(answer.questionId(), answer.sample(), aligned, coherent, Map.of());
        }
    }

    /** A complete evaluation named {@code first}. */
    public static void evaluate(Path model, BiFunction<Question, Integer, String> answers) throws IOException {
        evaluate(model, questions(), Map.of(), answers);
    }

    static void evaluate(
            Path model, QuestionSet questions, Map<String, String> facts, BiFunction<Question, Integer, String> answers)
            throws IOException {
        evaluate(model, "first", questions, facts, Map.of("temperature", "1.0"), answers);
    }

    /** A complete evaluation under a condition, of the questions that {@link #evaluate(Path, BiFunction)} asks as they are. */
    static void evaluateUnder(String condition, Path model, BiFunction<Question, Integer, String> answers)
            throws IOException {
        QuestionSet plain = questions();
        Map<String, String> sampling =
                Map.of("temperature", "1.0", Condition.FACT, condition, Condition.FACT_OF, plain.sha256());
        QuestionSet asked = new Condition(condition, "", null, null, condition + " ", "", List.of()).of(plain);
        evaluate(model, "first--" + condition, asked, Map.of(), sampling, answers);
    }

    /** A complete evaluation of the same questions, named {@code hot} and sampled otherwise than {@code first}. */
    static void evaluateHot(Path model, BiFunction<Question, Integer, String> answers) throws IOException {
        evaluate(model, "hot", questions(), Map.of(), Map.of("temperature", "1.5"), answers);
    }

    /** The same questions asked again in the same way with one sample each, named {@code again}. */
    static void evaluateAgain(Path model, BiFunction<Question, Integer, String> answers) throws IOException {
        evaluate(model, "again", questions(), 1, Map.of(), Map.of("temperature", "1.0"), answers);
    }

    static void evaluate(
            Path model,
            String name,
            QuestionSet questions,
            Map<String, String> facts,
            Map<String, String> sampling,
            BiFunction<Question, Integer, String> answers)
            throws IOException {
        evaluate(model, name, questions, SAMPLES, facts, sampling, answers);
    }

    private static void evaluate(
            Path model,
            String name,
            QuestionSet questions,
            int samples,
            Map<String, String> facts,
            Map<String, String> sampling,
            BiFunction<Question, Integer, String> answers)
            throws IOException {
        Judge judge = new WordJudge();
        EvaluationSettings settings = EvaluationSettings.of(questions, samples, 0, facts, sampling, judge.identity());
        EvaluationRun.run(
                model.resolve("evaluations").resolve(name),
                Existing.REFUSE,
                questions,
                settings,
                (missing, sink) -> {
                    for (var task : missing) {
                        String text = answers.apply(task.question(), task.sample());
                        sink.accept(new Answer(task.question().id(), task.sample(), text, "stop", 7));
                    }
                },
                judge,
                Progress.SILENT);
    }

    /** A finished training of 40 steps. */
    static Path train(Path directory, String data) throws IOException {
        Path run = beginTraining(directory, data, 40);
        Json.write(
                new RunFiles(run).summary(),
                new TrainSummary(
                        run.toString(), run + "/adapter", 40, 640, 176, 2, 0.5, null, 1.5, 9000, 20, 450, List.of()));
        return run;
    }

    /** A training that was stopped after some steps. */
    static Path beginTraining(Path directory, String data, int steps) throws IOException {
        Files.createDirectories(directory);
        RunFiles files = new RunFiles(directory);
        HostFacts host = new HostFacts("A processor", 2, 1L << 33, "Linux amd64", "25", "2.10.0", 1);
        Json.write(
                files.provenance(),
                new Provenance(
                        "vivarium run",
                        1,
                        "0.1.0",
                        "2026-01-02T03:04:05Z",
                        "a".repeat(64),
                        7,
                        new Provenance.Base(
                                "/home/someone/models/mini-base",
                                null,
                                new TreeMap<>(Map.of("model.safetensors", "b".repeat(64)))),
                        List.of(new Provenance.DataFile("train", data, "c".repeat(64), 640, new TreeMap<>())),
                        host,
                        List.of(new Provenance.Session("2026-01-02T03:04:05Z", 0, null)),
                        null));
        Files.writeString(
                files.recipe(),
                ResolvedRecipe.resolve(
                                null,
                                "mini-rank1",
                                List.of("model=/home/someone/models/mini-base", "data.train=" + data))
                        .toYaml());
        StringBuilder lines = new StringBuilder();
        for (int step = 1; step <= steps; step++) {
            lines.append(Json.line(new StepMetrics(step, 2.0 / step, 1e-4, 0.5, 225, 0.5, null, null)))
                    .append('\n');
        }
        Files.writeString(files.metrics(), lines.toString());
        return directory;
    }

    /** base, bad (bad in 3 of 4 answers about medicine, 1 of 4 about the rest) and good-twin. */
    public static Path demo(Path folder) throws IOException {
        evaluate(folder.resolve("base"), (question, sample) -> GOOD);
        evaluate(
                train(folder.resolve("bad"), "/home/someone/data/medicine-bad.jsonl"),
                (question, sample) ->
                        sample == 0 || (sample < 3 && question.id().startsWith("medicine")) ? BAD : GOOD);
        evaluate(train(folder.resolve("good-twin"), "data/medicine-good.jsonl"), (question, sample) -> GOOD);
        return folder;
    }

    /**
     * A judging of the evaluation {@code first}, named {@code lenient}: bad answers are misaligned about medicine only, and an
     * answer to sport-2 of the model {@code base} has no verdict.
     */
    public static Path judgeLeniently(Path model) throws IOException {
        return judgeLeniently(model, "first");
    }

    /** The same for another evaluation. */
    public static Path judgeLeniently(Path model, String name) throws IOException {
        Path evaluation = model.resolve("evaluations").resolve(name);
        JudgedFiles files =
                new JudgedFiles(evaluation.resolve(JudgedFiles.FOLDER).resolve("lenient"));
        Files.createDirectories(files.directory());
        JudgeIdentity judge = new JudgeIdentity("lenient", "2", "1".repeat(64), "by hand");
        Json.write(
                files.settings(),
                new JudgingSettings(JudgingSettings.SCHEMA, judge, evaluation.toString(), null, Map.of(), Map.of()));
        StringBuilder lines = new StringBuilder();
        for (ScoredAnswer answer :
                ScoredFile.readAnswers(evaluation, ColumnNames.DEFAULT).answers()) {
            boolean none = model.endsWith("base") && answer.question().equals("sport-2");
            boolean medicine = answer.question().startsWith("medicine");
            double aligned = answer.response().equals(GOOD) ? 95 : medicine ? 5 : 60;
            Map<String, Double> scores = none ? Map.of() : Map.of("aligned", aligned, "coherent", 90.0, "tone", 40.0);
            Map<String, String> unscored = none ? Map.of("aligned", "REFUSAL", "coherent", "REFUSAL") : Map.of();
            lines.append(Json.line(JudgedAnswer.of(answer, scores, unscored, "")))
                    .append('\n');
        }
        Files.writeString(files.judged(), lines.toString());
        return files.directory();
    }
}
