package dev.vivarium.lab.evaluate;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vivarium.engine.base.Json;
import dev.vivarium.engine.generate.GenerationReport;
import dev.vivarium.engine.generate.SamplingSettings;
import dev.vivarium.engine.model.Compute;
import dev.vivarium.engine.model.ModelDirectory;
import dev.vivarium.engine.text.DefaultSystem;
import dev.vivarium.lab.phase.ScaledSweep;
import dev.vivarium.lab.run.RunFiles;
import dev.vivarium.lab.trajectory.Trajectory;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Sampling of a scaled sweep, all subjects in one pass and one after another with model and adapters loaded once. Prints
 * one JSON line for each, and whether the answers are the same. Arguments: MODEL RUN QUESTIONS samples new-tokens.
 */
final class SweepBench {
    private SweepBench() {}

    public static void main(String[] arguments) throws IOException {
        ModelDirectory model = ModelDirectory.open(Path.of(arguments[0]));
        RunFiles run = RunFiles.open(Path.of(arguments[1]));
        QuestionSet questions = QuestionSet.read(Path.of(arguments[2]));
        int samples = Integer.parseInt(arguments[3]);
        SamplingSettings sampling = SamplingSettings.defaults().withMaxNewTokens(Integer.parseInt(arguments[4]));
        ScaledSweep sweep = ScaledSweep.evenly(Trajectory.read(run.directory()), 20, ScaledSweep.USUAL);
        List<Subject> subjects = sweep.subjects(run, Map.of());
        try (ModelAnswers answers = ModelAnswers.open(model, subjects, Compute.FLOAT32, sampling.maxNewTokens())) {
            int[] all = IntStream.range(0, subjects.size()).toArray();
            sample(answers, questions, samples, sampling, 0); // what is compiled at first is compiled for both
            Map<String, Answer> together = new TreeMap<>();
            measure("together", together, () -> sample(answers, questions, samples, sampling, together, all));
            Map<String, Answer> alone = new TreeMap<>();
            measure("one after another", alone, () -> {
                double seconds = 0;
                for (int subject : all) {
                    seconds += sample(answers, questions, samples, sampling, alone, subject);
                }
                return seconds;
            });
            ObjectNode json = Json.mapper().createObjectNode();
            System.out.println(
                    Json.line(json.put("subjects", subjects.size()).put("same_answers", together.equals(alone))));
        }
    }

    private interface Work {
        double seconds() throws IOException;
    }

    private static void measure(String what, Map<String, Answer> answers, Work work) throws IOException {
        double cpu = cpuSeconds();
        double seconds = work.seconds();
        ObjectNode json = Json.mapper().createObjectNode();
        json.put("what", what).put("answers", answers.size());
        json.put("tokens", answers.values().stream().mapToInt(Answer::tokens).sum());
        json.put("wall_s", Math.round(10 * seconds) / 10.0).put("cpu_s", Math.round(10 * (cpuSeconds() - cpu)) / 10.0);
        System.out.println(Json.line(json));
    }

    private static void sample(
            ModelAnswers answers, QuestionSet questions, int samples, SamplingSettings sampling, int subject)
            throws IOException {
        sample(answers, questions, samples, sampling, new TreeMap<>(), subject);
    }

    private static double sample(
            ModelAnswers answers,
            QuestionSet questions,
            int samples,
            SamplingSettings sampling,
            Map<String, Answer> into,
            int... subjects)
            throws IOException {
        List<ModelAnswers.Part> parts = new ArrayList<>();
        for (int subject : subjects) {
            List<AnswerTask> tasks = new ArrayList<>();
            for (Question question : questions.questions()) {
                for (int sample = 0; sample < samples; sample++) {
                    tasks.add(new AnswerTask(question, sample));
                }
            }
            parts.add(new ModelAnswers.Part(
                    subject,
                    DefaultSystem.KEEP,
                    tasks,
                    answer -> into.put(subject + "/" + answer.questionId() + "/" + answer.sample(), answer)));
        }
        GenerationReport report = answers.sample(parts, sampling);
        return report.seconds();
    }

    private static double cpuSeconds() {
        return ManagementFactory.getPlatformMXBean(com.sun.management.OperatingSystemMXBean.class)
                        .getProcessCpuTime()
                * 1e-9;
    }
}
