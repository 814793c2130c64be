package dev.vivarium.lab.evaluate;

import dev.vivarium.engine.base.AtomicFiles;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Json;
import dev.vivarium.engine.base.Progress;
import dev.vivarium.lab.data.FileLocks;
import dev.vivarium.lab.data.JsonLog;
import dev.vivarium.lab.run.Existing;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/**
 * One evaluation in one directory, safe against {@code kill -9} at any moment.
 *
 * <p>Answers are appended to {@code answers.jsonl} as they come, then put into the order of the question set, judged
 * into {@code judgements.jsonl} and scored into {@code scores.json}. What is on disk is never sampled or judged again:
 * {@link #missing} lists only the rest, and {@link #accept} refuses a second answer to a task. The final files of a
 * resumed evaluation are byte-identical to those of an undisturbed one whenever answers depend on their task alone.
 *
 * <p>{@link #run} does it all for one model. Who samples several models in one pass opens several runs, joins their
 * missing tasks, hands each answer to its run and finishes each.
 */
public final class EvaluationRun implements Closeable {
    private static final String LOCK = ".lock";

    private final EvaluationFiles files;
    private final QuestionSet questions;
    private final EvaluationSettings settings;
    private final Judge judge;
    private final LongSupplier nanoTime;
    private final FileChannel lock;
    private final JsonLog<Answer> log;
    private final Set<Key> planned = new HashSet<>();
    private final Map<Key, Answer> answers = new HashMap<>();
    private final long started;
    private int sampled;
    private long sampledTokens;
    private long lastAnswer;

    private record Key(String question, int sample) {
        static Key of(Answer answer) {
            return new Key(answer.questionId(), answer.sample());
        }

        static Key of(Judgement judgement) {
            return new Key(judgement.questionId(), judgement.sample());
        }
    }

    private EvaluationRun(
            EvaluationFiles files,
            QuestionSet questions,
            EvaluationSettings settings,
            Judge judge,
            LongSupplier nanoTime,
            FileChannel lock)
            throws IOException {
        this.files = files;
        this.questions = questions;
        this.settings = settings;
        this.judge = judge;
        this.nanoTime = nanoTime;
        this.lock = lock;
        for (Question question : questions.questions()) {
            for (int sample = 0; sample < settings.samples(); sample++) {
                planned.add(new Key(question.id(), sample));
            }
        }
        this.log = JsonLog.append(files.answers(), Answer.class);
        try {
            for (Answer answer : files.readAnswers()) {
                if (!planned.contains(Key.of(answer)) || answers.put(Key.of(answer), answer) != null) {
                    throw new InputException(files.answers() + ": the answer to question \"" + answer.questionId()
                            + "\", sample " + answer.sample() + " is doubled or was not asked for; restore the file or"
                            + " start over with --force");
                }
            }
        } catch (IOException | RuntimeException e) {
            log.close();
            throw e;
        }
        this.started = nanoTime.getAsLong();
        this.lastAnswer = started;
    }

    /**
     * Opens an evaluation directory, new or to be continued.
     *
     * @param nanoTime the clock for speeds, {@code System::nanoTime}
     * @throws InputException when the directory holds an evaluation and {@code existing} says refuse, when it was begun
     *     with other settings, or when another process works on it
     */
    public static EvaluationRun open(
            Path directory,
            Existing existing,
            QuestionSet questions,
            EvaluationSettings settings,
            Judge judge,
            LongSupplier nanoTime)
            throws IOException {
        check(directory, existing, settings);
        EvaluationFiles files = new EvaluationFiles(directory);
        boolean begun = Files.exists(files.settings());
        Files.createDirectories(directory);
        FileChannel lock = lock(directory);
        try {
            if (begun && existing == Existing.FORCE) {
                clear(files);
                begun = false;
            }
            AtomicFiles.sweep(directory);
            if (begun) {
                dropOutdatedScores(files, settings);
            }
            boolean same = begun && settings.equals(EvaluationSettings.read(files.settings()));
            if (!same || !Files.exists(files.questions())) {
                questions.write(files.questions());
                Json.write(files.settings(), settings);
            }
            return new EvaluationRun(files, questions, settings, judge, nanoTime, lock);
        } catch (IOException | RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    /** Whether an evaluation may begin or continue there; throws what {@link #open} would throw, changes nothing. */
    static void check(Path directory, Existing existing, EvaluationSettings settings) throws IOException {
        requirePlace(directory, existing);
        EvaluationFiles files = new EvaluationFiles(directory);
        if (existing == Existing.RESUME && Files.exists(files.settings())) {
            String difference = settings.differenceFrom(EvaluationSettings.read(files.settings()));
            if (difference != null) {
                throw new InputException(files.settings() + ": begun with other settings (" + difference
                        + "); give the same ones, use another --name, or start over with --force");
            }
        }
    }

    /**
     * Whether a directory may be used at all; for those who write something else before they ask.
     *
     * @throws InputException if it is no evaluation, or one that is to be left alone
     */
    public static void requirePlace(Path directory, Existing existing) throws IOException {
        boolean begun = Files.exists(new EvaluationFiles(directory).settings());
        if (!begun && !isEmpty(directory)) {
            throw new InputException(directory + ": exists and is no evaluation; use another --name");
        }
        if (begun && existing == Existing.REFUSE) {
            throw new InputException(
                    directory + ": holds an evaluation already; add --resume to continue it or --force to start over");
        }
    }

    /** Opens, samples what is missing, judges, scores and closes. */
    public static Scores run(
            Path directory,
            Existing existing,
            QuestionSet questions,
            EvaluationSettings settings,
            AnswerSource source,
            Judge judge,
            Progress progress)
            throws IOException {
        try (EvaluationRun run = open(directory, existing, questions, settings, judge, System::nanoTime)) {
            List<AnswerTask> missing = run.missing();
            progress.begin("sampling answers", missing.size(), "answers");
            if (!missing.isEmpty()) {
                source.sample(missing, answer -> {
                    run.accept(answer);
                    progress.at(run.sampled, "");
                });
            }
            progress.end(run.speed());
            return run.finish(ScoreSettings.DEFAULT);
        }
    }

    /** The files of this evaluation. */
    public EvaluationFiles files() {
        return files;
    }

    /** Tasks without an answer on disk, in the order of the question set. */
    public List<AnswerTask> missing() {
        List<AnswerTask> missing = new ArrayList<>();
        for (Question question : questions.questions()) {
            for (int sample = 0; sample < settings.samples(); sample++) {
                if (!answers.containsKey(new Key(question.id(), sample))) {
                    missing.add(new AnswerTask(question, sample));
                }
            }
        }
        return missing;
    }

    /** Answers on disk, those of earlier sessions included. */
    public int answered() {
        return answers.size();
    }

    /** Answers written in this session. */
    int sampled() {
        return sampled;
    }

    /** Their tokens. */
    long sampledTokens() {
        return sampledTokens;
    }

    /** Writes one answer; once this returns, {@code kill -9} does not lose it. */
    public void accept(Answer answer) throws IOException {
        Key key = Key.of(answer);
        if (answers.containsKey(key)) {
            throw new IllegalStateException("sampled twice: " + key);
        }
        if (!planned.contains(key)) {
            throw new IllegalStateException("sampled without being asked: " + key);
        }
        log.add(answer);
        answers.put(key, answer);
        sampled++;
        sampledTokens += answer.tokens();
        lastAnswer = nanoTime.getAsLong();
    }

    /** What this session sampled, in one line. */
    public String speed() {
        double seconds = seconds(started, lastAnswer);
        int earlier = answers.size() - sampled;
        return String.format(
                Locale.ROOT,
                "%,d answers, %,d tokens in %.1f s (%,.0f tokens/s)%s",
                sampled,
                sampledTokens,
                seconds,
                seconds > 0 ? sampledTokens / seconds : 0.0,
                earlier > 0 ? ", " + earlier + " answers were on disk" : "");
    }

    /**
     * Orders the answers, judges those without a judgement and writes the scores.
     *
     * @throws IllegalStateException when an answer is missing
     */
    public Scores finish(ScoreSettings scoring) throws IOException {
        return finish(scoring, seconds(started, lastAnswer));
    }

    /**
     * The same for a run whose answers were sampled beside those of others.
     *
     * @param samplingSeconds this run's share of the time of that pass
     */
    Scores finish(ScoreSettings scoring, double samplingSeconds) throws IOException {
        List<AnswerTask> missing = missing();
        if (!missing.isEmpty()) {
            throw new IllegalStateException(missing.size() + " answers are missing, the first to question \""
                    + missing.get(0).question().id() + "\"");
        }
        log.close();
        List<Answer> ordered = ordered();
        rewrite(files.answers(), ordered);
        long judging = nanoTime.getAsLong();
        List<Judgement> judgements = judge(ordered);
        double judgingSeconds = seconds(judging, nanoTime.getAsLong());
        rewrite(files.judgements(), judgements);
        Scores scores = Scores.of(questions, ordered, judgements, judge.identity(), scoring);
        scores.write(files.scores());
        if (sampled > 0) {
            try (JsonLog<EvaluationSession> sessions = JsonLog.append(files.sessions(), EvaluationSession.class)) {
                sessions.add(new EvaluationSession(sampled, sampledTokens, samplingSeconds, judgingSeconds));
            }
        }
        return scores;
    }

    @Override
    public void close() throws IOException {
        try {
            log.close();
        } finally {
            lock.close();
            Files.deleteIfExists(files.directory().resolve(LOCK));
        }
    }

    private List<Judgement> judge(List<Answer> ordered) throws IOException {
        Map<Key, Judgement> done = new HashMap<>();
        Map<String, Question> byId = questions.byId();
        List<Judgement> judgements = new ArrayList<>();
        try (JsonLog<Judgement> judged = JsonLog.append(files.judgements(), Judgement.class)) {
            for (Judgement judgement : files.readJudgements()) {
                if (!answers.containsKey(Key.of(judgement)) || done.put(Key.of(judgement), judgement) != null) {
                    throw new InputException(files.judgements() + ": the judgement of question \""
                            + judgement.questionId() + "\", sample " + judgement.sample()
                            + " is doubled or has no answer; delete the file and add --resume");
                }
            }
            for (Answer answer : ordered) {
                Judgement judgement = done.get(Key.of(answer));
                if (judgement == null) {
                    Question question = byId.get(answer.questionId());
                    if (question == null) {
                        throw new IllegalStateException("no question " + answer.questionId());
                    }
                    judgement = judge.judge(question, answer);
                    if (!Key.of(judgement).equals(Key.of(answer))) {
                        throw new IllegalStateException("the judge answered for another answer: " + judgement);
                    }
                    judged.add(judgement);
                }
                judgements.add(judgement);
            }
        }
        return judgements;
    }

    private List<Answer> ordered() {
        Map<String, Integer> rank = new HashMap<>();
        for (Question question : questions.questions()) {
            rank.put(question.id(), rank.size());
        }
        return answers.values().stream()
                .sorted(Comparator.comparing((Answer answer) -> rank.getOrDefault(answer.questionId(), -1))
                        .thenComparing(Answer::sample))
                .toList();
    }

    /** Replaces a log by its lines in canonical order, unless they are so already. */
    private static void rewrite(Path file, List<?> values) throws IOException {
        StringBuilder text = new StringBuilder();
        values.forEach(value -> text.append(Json.line(value)).append('\n'));
        byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
        if (!Arrays.equals(bytes, Files.readAllBytes(file))) {
            AtomicFiles.write(file, out -> out.write(bytes));
        }
    }

    /** Scores of fewer samples must not stand beside settings that ask for more. */
    private static void dropOutdatedScores(EvaluationFiles files, EvaluationSettings settings) throws IOException {
        if (settings.samples() > EvaluationSettings.read(files.settings()).samples()) {
            Files.deleteIfExists(files.scores());
        }
    }

    private static FileChannel lock(Path directory) throws IOException {
        return FileLocks.take(
                directory.resolve(LOCK),
                directory + ": another process is working on this evaluation; wait for it to end");
    }

    private static boolean isEmpty(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return true;
        }
        try (Stream<Path> children = Files.list(directory)) {
            return children.map(child -> child.getFileName().toString())
                    .allMatch(name ->
                            name.equals(LOCK) || name.equals("questions.yaml") || name.endsWith(AtomicFiles.PARTIAL));
        }
    }

    /** Settings go last: a kill in between leaves a directory that is still known to be an evaluation. */
    private static void clear(EvaluationFiles files) throws IOException {
        for (Path file : List.of(
                files.scores(),
                files.judgements(),
                files.answers(),
                files.sessions(),
                files.questions(),
                files.settings())) {
            Files.deleteIfExists(file);
        }
    }

    private static double seconds(long from, long to) {
        return (to - from) / 1e9;
    }
}
