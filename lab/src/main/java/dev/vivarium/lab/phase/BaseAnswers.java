package dev.vivarium.lab.phase;

import dev.vivarium.lab.evaluate.Answer;
import dev.vivarium.lab.evaluate.EvaluationFiles;
import dev.vivarium.lab.evaluate.EvaluationSettings;
import dev.vivarium.lab.run.RunFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the base model answers, held against each checkpoint: with the same seeds an adapter that does nothing gives the same
 * answers to the letter, so the share of such answers tells one that is nearly switched off from one that changes what is
 * said but not whether it is misaligned.
 */
final class BaseAnswers {
    private final @Nullable EvaluationSettings settings;
    private final Map<Key, String> texts;
    private final TreeMap<Double, List<Integer>> unchanged = new TreeMap<>();
    private int otherwise;

    private record Key(String question, int sample) {}

    /** Takes how many answers to a question are the base's. */
    interface Counts {
        void add(String question, int hits, int n);
    }

    private BaseAnswers(@Nullable EvaluationSettings settings, Map<Key, String> texts) {
        this.settings = settings;
        this.texts = texts;
    }

    /** Those of a run's evaluation of step 0; none where it was not asked. */
    static BaseAnswers of(RunFiles run) throws IOException {
        EvaluationFiles files = new EvaluationFiles(run.evaluations().resolve(SweepPoint.BASE.name()));
        if (!Files.isRegularFile(files.scores())) {
            return new BaseAnswers(null, Map.of());
        }
        Map<Key, String> texts = new HashMap<>();
        for (Answer answer : files.readAnswers()) {
            texts.put(new Key(answer.questionId(), answer.sample()), answer.text());
        }
        return new BaseAnswers(EvaluationSettings.read(files.settings()), texts);
    }

    /** Counts the answers of an evaluation, if it asked the same in the same way. */
    void compare(Path directory, SweepPoint point, Counts counts) throws IOException {
        if (settings == null) {
            return;
        }
        EvaluationFiles files = new EvaluationFiles(directory);
        EvaluationSettings asked = EvaluationSettings.read(files.settings());
        if (!asked.questionsSha256().equals(settings.questionsSha256())
                || asked.seed() != settings.seed()
                || !asked.sampling().equals(settings.sampling())) {
            otherwise++;
            return;
        }
        Map<String, int[]> byQuestion = new TreeMap<>();
        for (Answer answer : files.readAnswers()) {
            String base = texts.get(new Key(answer.questionId(), answer.sample()));
            if (base != null) {
                int[] count = byQuestion.computeIfAbsent(answer.questionId(), question -> new int[2]);
                count[0] += base.equals(answer.text()) ? 1 : 0;
                count[1]++;
            }
        }
        byQuestion.forEach((question, count) -> counts.add(question, count[0], count[1]));
        if (point.step() != SweepPoint.BASE.step()
                && !byQuestion.isEmpty()
                && byQuestion.values().stream().allMatch(count -> count[0] == count[1])) {
            unchanged.computeIfAbsent(point.scale(), scale -> new ArrayList<>()).add(point.step());
        }
    }

    /** Where the adapter changed no answer, and what could not be compared. */
    List<String> remarks() {
        List<String> remarks = new ArrayList<>();
        unchanged.forEach((scale, steps) -> remarks.add("multiplied by " + ScaledSweep.factor(scale)
                + " the adapter changes no answer at " + (steps.size() == 1 ? "step " : "steps ")
                + steps.stream().map(Objects::toString).collect(Collectors.joining(", "))
                + ": there every answer is the base's"));
        if (otherwise > 0) {
            remarks.add(otherwise + " evaluations of steps asked other questions than step 0, or sampled otherwise, so"
                    + " their answers are not held against the base's");
        }
        return remarks;
    }
}
