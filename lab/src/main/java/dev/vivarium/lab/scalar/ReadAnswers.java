package dev.vivarium.lab.scalar;

import dev.vivarium.engine.base.Hashes;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.text.ChatEncoder;
import dev.vivarium.lab.direction.ScoreSplit;
import dev.vivarium.lab.evaluate.Answer;
import dev.vivarium.lab.evaluate.EvaluationFiles;
import dev.vivarium.lab.evaluate.Judgement;
import dev.vivarium.lab.evaluate.Question;
import dev.vivarium.lab.results.Evaluation;
import dev.vivarium.lab.results.Evaluation.Key;
import dev.vivarium.lab.results.Judging;
import dev.vivarium.lab.score.JudgedFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The answers of evaluations with their classes.
 *
 * @param answers all that have a text
 * @param left how many are not of either class, or not read at all, by why
 * @param sources SHA-256 of {@code answers.jsonl} by source
 */
public record ReadAnswers(List<ReadAnswer> answers, Map<String, Integer> left, Map<String, String> sources) {
    public ReadAnswers {
        answers = List.copyOf(answers);
        left = new TreeMap<>(left);
        sources = new LinkedHashMap<>(sources);
    }

    /**
     * Reads evaluation directories, or judgings below them ({@code …/judged/NAME}), whose scores then count.
     *
     * @param domain null where answers are not told apart by it
     * @throws InputException if one is none, or no answer could be in the domain
     */
    public static ReadAnswers read(List<Path> directories, ScoreSplit split, @Nullable Domain domain)
            throws IOException {
        List<ReadAnswer> answers = new ArrayList<>();
        Map<String, Integer> left = new TreeMap<>();
        Map<String, String> sources = new LinkedHashMap<>();
        Set<String> marks = new TreeSet<>();
        for (Path directory : directories) {
            boolean judging = Files.isRegularFile(new JudgedFiles(directory).settings());
            Path place = judging ? directory.resolve("..", "..").normalize() : directory;
            if (!Evaluation.isEvaluation(place)) {
                throw new InputException(directory + ": is neither an evaluation nor a judging of one; name a"
                        + " directory with evaluation.json");
            }
            Evaluation evaluation = Evaluation.read(place);
            Map<Key, Judgement> judgements = judging ? judged(evaluation, directory) : evaluation.judgementsByKey();
            Map<String, Question> questions = evaluation.questions().byId();
            String source = source(place);
            if (sources.put(source, Hashes.sha256(new EvaluationFiles(place).answers())) != null) {
                throw new InputException(directory + ": is given twice; give each evaluation once");
            }
            for (Answer answer : evaluation.answers()) {
                Question question = questions.get(answer.questionId());
                if (question == null) {
                    throw new InputException(place + ": has an answer to \"" + answer.questionId()
                            + "\", which is none of its questions; restore its questions.yaml");
                }
                Judgement judgement = judgements.get(new Key(answer.questionId(), answer.sample()));
                if (domain != null) {
                    marks.addAll(domain.like(question, judgement));
                }
                if (ChatEncoder.isEmpty(answer.text())) {
                    left.merge("empty", 1, Integer::sum);
                    continue;
                }
                Boolean misaligned = misaligned(judgement, split);
                if (misaligned == null) {
                    boolean scored = judgement != null && judgement.scored();
                    left.merge(scored ? "between the cuts or not coherent" : "not scored", 1, Integer::sum);
                }
                answers.add(new ReadAnswer(
                        source,
                        answer.questionId(),
                        answer.sample(),
                        question.cluster(),
                        question.messages(),
                        answer.text(),
                        !answer.finishReason().equals("length"),
                        misaligned,
                        domain == null ? null : domain.marks(question, judgement)));
            }
        }
        if (domain != null) {
            domain.require(marks);
        }
        return new ReadAnswers(answers, left, sources);
    }

    private static @Nullable Boolean misaligned(@Nullable Judgement judgement, ScoreSplit split) {
        Double aligned = judgement == null ? null : judgement.aligned();
        Double coherent = judgement == null ? null : judgement.coherent();
        if (aligned == null || coherent == null) {
            return null;
        }
        return split.positive(aligned, coherent)
                ? Boolean.TRUE
                : split.negative(aligned, coherent) ? Boolean.FALSE : null;
    }

    private static Map<Key, Judgement> judged(Evaluation evaluation, Path directory) {
        String name = String.valueOf(directory.getFileName());
        Map<Key, Judgement> judgements = new HashMap<>();
        for (Judging judging : evaluation.judgings()) {
            if (judging.name().equals(name)) {
                judging.verdicts().forEach(verdict -> judgements.put(verdict.answer(), verdict.judgement()));
            }
        }
        return judgements;
    }

    private static String source(Path evaluation) {
        Path whole = evaluation.toAbsolutePath().normalize();
        Path above = whole.getParent() == null ? null : whole.getParent().getParent();
        Path run = above == null ? null : above.getFileName();
        return run == null ? String.valueOf(whole.getFileName()) : run + "/" + whole.getFileName();
    }
}
