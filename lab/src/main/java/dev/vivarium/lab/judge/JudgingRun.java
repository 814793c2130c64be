package dev.vivarium.lab.judge;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Progress;
import dev.vivarium.lab.data.JsonLog;
import dev.vivarium.lab.run.Existing;
import dev.vivarium.lab.score.JudgedAnswer;
import dev.vivarium.lab.score.JudgedFiles;
import dev.vivarium.lab.score.ScoredAnswer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * One judging in one directory, safe against {@code kill -9} at any moment: a reply that is in the journal is never asked for
 * again, and every score follows from the journal alone.
 */
final class JudgingRun {
    private final JudgingPlan plan;
    private final JudgingDirectory place;
    private final JudgedFiles files;
    private final Map<String, Map<Integer, JudgeReply>> replies = new HashMap<>();
    private final Map<String, Integer> failures = new TreeMap<>();
    private int journaled;

    private JudgingRun(JudgingPlan plan, JudgingDirectory place) {
        this.plan = plan;
        this.place = place;
        this.files = place.files();
    }

    /** Makes the examiner when it is known what was paid already. */
    @FunctionalInterface
    interface Asking {
        Examiner with(List<JudgeReply> earlier) throws IOException;
    }

    static JudgingOutcome run(JudgingPlan plan, Path directory, Existing existing, Asking asking, Progress progress)
            throws IOException {
        try (JudgingDirectory place = JudgingDirectory.open(directory, existing, plan.settings())) {
            return new JudgingRun(plan, place).run(asking, progress);
        }
    }

    private JudgingOutcome run(Asking asking, Progress progress) throws IOException {
        try (JsonLog<JudgeReply> journal = JsonLog.append(files.journal(), JudgeReply.class)) {
            List<JudgeReply> earlier = JudgingDirectory.earlier(files.directory());
            for (JudgeReply reply : earlier) {
                keep(reply);
            }
            List<JudgingTask> tasks = plan.tasks();
            List<JudgingTask> missing =
                    tasks.stream().filter(task -> !isThere(task)).toList();
            long start = System.nanoTime();
            Examiner examiner = asking.with(earlier);
            progress.begin("judge", tasks.size(), "replies");
            int done = tasks.size() - missing.size();
            Examiner.Sent sent = examiner.examine(missing, new Journal(journal, progress, done, start));
            double seconds = (System.nanoTime() - start) / 1e9;
            int now = journaled - earlier.size();
            progress.end(String.format(
                    Locale.ROOT,
                    "%,d replies in %.1f s (%.1f replies/s), %,d requests%s",
                    now,
                    seconds,
                    now / Math.max(seconds, 1e-9),
                    sent.requests(),
                    done == 0 ? "" : String.format(Locale.ROOT, "; %,d replies were on disk", done)));
            return finish(tasks.size(), sent, seconds);
        }
    }

    private boolean isThere(JudgingTask task) {
        Map<Integer, JudgeReply> samples = replies.get(task.request());
        return samples != null && samples.containsKey(task.sample());
    }

    private void keep(JudgeReply reply) {
        JudgeReply other = replies.computeIfAbsent(reply.request(), request -> new TreeMap<>())
                .put(reply.sample(), reply);
        if (other != null) {
            throw new InputException(
                    files.journal() + ": the request " + reply.request().substring(0, 12) + "… for " + reply.metric()
                            + " is there twice; restore the file");
        }
        journaled++;
    }

    /** Writes each reply before anything else happens with it. */
    private final class Journal implements Examiner.Sink {
        private final JsonLog<JudgeReply> log;
        private final Progress progress;
        private final int before;
        private final int first;
        private final long start;

        Journal(JsonLog<JudgeReply> log, Progress progress, int before, long start) {
            this.log = log;
            this.progress = progress;
            this.before = before;
            this.first = journaled;
            this.start = start;
        }

        @Override
        public void replied(JudgeReply reply) throws IOException {
            keep(reply);
            log.add(reply);
            log.force();
        }

        @Override
        public void failed(JudgingTask task, String reason) {
            failures.merge(reason, 1, Integer::sum);
        }

        @Override
        public void pulse(String detail) {
            int now = journaled - first;
            double seconds = Math.max((System.nanoTime() - start) / 1e9, 1e-9);
            String rate = String.format(Locale.ROOT, "%.1f replies/s", now / seconds);
            progress.at(before + now, detail.isEmpty() ? rate : rate + ", " + detail);
        }
    }

    private JudgingOutcome finish(int distinct, Examiner.Sent sent, double seconds) throws IOException {
        List<JudgedAnswer> judged = new ArrayList<>();
        MetricCounter counter = new MetricCounter(plan.prompts().metrics());
        for (ScoredAnswer answer : plan.answers().answers()) {
            judged.add(judged(answer, counter));
        }
        place.write(judged);
        TreeSet<String> models = new TreeSet<>();
        int fewer = 0;
        for (Map<Integer, JudgeReply> samples : replies.values()) {
            for (JudgeReply reply : samples.values()) {
                models.add(reply.model());
                boolean some = !reply.positions().isEmpty();
                fewer += some
                                && reply.positions().getFirst().top().size()
                                        < plan.aggregation().top()
                        ? 1
                        : 0;
            }
        }
        return new JudgingOutcome(
                files.directory(),
                judged.size(),
                distinct,
                counter.counts(),
                journaled,
                sent.requests(),
                sent.again(),
                sent.cost(),
                seconds,
                failures,
                models,
                fewer,
                sent.stopped());
    }

    private JudgedAnswer judged(ScoredAnswer answer, MetricCounter counter) {
        Map<String, Double> scores = new TreeMap<>();
        Map<String, String> unscored = new TreeMap<>();
        TreeSet<String> models = new TreeSet<>();
        for (JudgePrompt prompt : plan.prompts().prompts()) {
            Map<Integer, JudgeReply> samples = replies.getOrDefault(JudgingPlan.request(prompt, answer), Map.of());
            List<JudgeReply> all = List.copyOf(samples.values());
            Verdict verdict =
                    plan.aggregation().verdict(all.size() < plan.aggregation().samples() ? List.of() : all);
            Double score = verdict.score();
            if (score == null) {
                unscored.put(prompt.metric(), verdict.reason());
            } else {
                scores.put(prompt.metric(), score);
            }
            all.forEach(reply -> models.add(reply.model()));
        }
        counter.add(scores, unscored);
        return JudgedAnswer.of(answer, scores, unscored, String.join(" and ", models));
    }
}
