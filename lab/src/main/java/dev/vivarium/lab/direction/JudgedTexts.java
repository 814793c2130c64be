package dev.vivarium.lab.direction;

import dev.vivarium.engine.base.Hashes;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Nearest;
import dev.vivarium.lab.data.JsonLog;
import dev.vivarium.lab.evaluate.Answer;
import dev.vivarium.lab.evaluate.EvaluationFiles;
import dev.vivarium.lab.evaluate.Judgement;
import dev.vivarium.lab.evaluate.Question;
import dev.vivarium.lab.evaluate.QuestionSet;
import dev.vivarium.lab.score.ColumnNames;
import dev.vivarium.lab.score.JudgedAnswer;
import dev.vivarium.lab.score.JudgedFiles;
import dev.vivarium.lab.score.ScoredAnswer;
import dev.vivarium.lab.score.ScoredFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The answers of evaluations, sorted by their scores.
 *
 * @param positive misaligned and coherent ones
 * @param negative aligned and coherent ones
 * @param between answers with text that are on neither side
 * @param left how many answers are on neither side, by why
 * @param sources the evaluations
 */
public record JudgedTexts(
        List<ReadText> positive,
        List<ReadText> negative,
        List<ReadText> between,
        Map<String, Integer> left,
        List<Origin.Source> sources) {
    public JudgedTexts {
        positive = List.copyOf(positive);
        negative = List.copyOf(negative);
        between = List.copyOf(between);
        left = new TreeMap<>(left);
        sources = List.copyOf(sources);
    }

    private static final String ALIGNED = "aligned";
    private static final String COHERENT = "coherent";

    private static final String EMPTY = "empty";

    /** What one judge said of one answer. */
    private record Scores(
            @Nullable Double aligned, @Nullable Double coherent, Map<String, Double> all) {
        static final Scores NONE = new Scores(null, null, Map.of());
    }

    /**
     * Reads evaluation directories, or judgings below them ({@code …/judged/NAME}), whose scores then count.
     *
     * @throws InputException if one is none, or the filter is about a tag or score that no answer has
     */
    public static JudgedTexts read(List<Path> directories, ScoreSplit split, @Nullable TextFilter filter)
            throws IOException {
        List<ReadText> positive = new ArrayList<>();
        List<ReadText> negative = new ArrayList<>();
        List<ReadText> between = new ArrayList<>();
        Map<String, Integer> left = new TreeMap<>();
        List<Origin.Source> sources = new ArrayList<>();
        TreeSet<String> names = new TreeSet<>();
        boolean known = filter == null;
        for (Path directory : directories) {
            boolean judging = Files.isRegularFile(new JudgedFiles(directory).settings());
            Path evaluation = judging ? directory.resolve("..", "..").normalize() : directory;
            EvaluationFiles files = new EvaluationFiles(evaluation);
            List<ScoredAnswer> keyed =
                    ScoredFile.readAnswers(evaluation, ColumnNames.DEFAULT).answers();
            List<Answer> answers = files.readAnswers();
            Map<String, Question> questions =
                    QuestionSet.read(files.questions()).byId();
            List<Scores> scores = judging ? judged(directory, keyed) : own(files, answers);
            for (int i = 0; i < answers.size(); i++) {
                Answer answer = answers.get(i);
                Question question = questions.get(answer.questionId());
                if (question == null) {
                    throw new IllegalStateException("reading the scores checked the questions");
                }
                Scores own = scores.get(i);
                names.addAll(question.tags().keySet());
                names.addAll(own.all.keySet());
                known |= filter != null && filter.knows(question.tags(), own.all);
                ReadText text = new ReadText(
                        question.cluster(),
                        question.messages(),
                        answer.text(),
                        !answer.finishReason().equals("length"));
                if (filter != null && !filter.takes(question.tags(), own.all)) {
                    left.merge("not " + filter, 1, Integer::sum);
                } else if (!ReadText.isAnswer(answer.text())) {
                    left.merge(EMPTY, 1, Integer::sum);
                } else if (own.aligned == null || own.coherent == null) {
                    between.add(text);
                    left.merge("not scored", 1, Integer::sum);
                } else if (split.positive(own.aligned, own.coherent)) {
                    positive.add(text);
                } else if (split.negative(own.aligned, own.coherent)) {
                    negative.add(text);
                } else {
                    between.add(text);
                    left.merge("between the cuts or not coherent", 1, Integer::sum);
                }
            }
            sources.add(source(evaluation, judging ? new JudgedFiles(directory).judged() : files.judgements()));
        }
        if (!known && filter != null) {
            throw new InputException("no answer has a tag or score \"" + filter.name() + "\""
                    + Nearest.hint(filter.name(), List.copyOf(names)) + "; there are " + String.join(", ", names));
        }
        return new JudgedTexts(positive, negative, between, left, sources);
    }

    /** All answers that have a text, whatever their scores. */
    public List<ReadText> all() {
        List<ReadText> all = new ArrayList<>(positive);
        all.addAll(negative);
        all.addAll(between);
        return all;
    }

    /** Of {@link #left} those that are not in {@link #all}. */
    public Map<String, Integer> empty() {
        return left.containsKey(EMPTY) ? Map.of(EMPTY, left.getOrDefault(EMPTY, 0)) : Map.of();
    }

    private static List<Scores> own(EvaluationFiles files, List<Answer> answers) throws IOException {
        Map<List<Object>, Judgement> byAnswer = new HashMap<>();
        for (Judgement judgement : files.readJudgements()) {
            byAnswer.put(List.of(judgement.questionId(), judgement.sample()), judgement);
        }
        List<Scores> scores = new ArrayList<>();
        for (Answer answer : answers) {
            Judgement judgement = byAnswer.get(List.<Object>of(answer.questionId(), answer.sample()));
            scores.add(
                    judgement == null
                            ? Scores.NONE
                            : new Scores(judgement.aligned(), judgement.coherent(), judgement.extra()));
        }
        return scores;
    }

    private static List<Scores> judged(Path directory, List<ScoredAnswer> keyed) throws IOException {
        ScoredFile.read(directory, ColumnNames.DEFAULT, true); // says what is wrong with a judging
        Map<String, JudgedAnswer> byKey = new HashMap<>();
        for (JudgedAnswer line : JsonLog.read(new JudgedFiles(directory).judged(), JudgedAnswer.class)) {
            byKey.put(line.answer(), line);
        }
        List<Scores> scores = new ArrayList<>();
        for (ScoredAnswer answer : keyed) {
            JudgedAnswer line = byKey.get(String.valueOf(answer.key()));
            scores.add(
                    line == null
                            ? Scores.NONE
                            : new Scores(
                                    line.scores().get(ALIGNED), line.scores().get(COHERENT), line.scores()));
        }
        return scores;
    }

    private static Origin.Source source(Path evaluation, Path scores) throws IOException {
        EvaluationFiles files = new EvaluationFiles(evaluation);
        TreeMap<String, String> hashes = new TreeMap<>();
        for (Path file : List.of(files.answers(), files.questions(), scores)) {
            hashes.put(DirectionSubject.last(file), Hashes.sha256(file));
        }
        Path run = evaluation.toAbsolutePath().normalize().getParent();
        Path above = run == null ? null : run.getParent();
        String name = DirectionSubject.last(evaluation);
        return new Origin.Source("answers", above == null ? name : DirectionSubject.last(above) + "/" + name, hashes);
    }
}
