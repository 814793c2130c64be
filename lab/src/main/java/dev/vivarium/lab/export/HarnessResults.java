package dev.vivarium.lab.export;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vivarium.engine.base.AtomicFiles;
import dev.vivarium.engine.base.Hashes;
import dev.vivarium.engine.base.Json;
import dev.vivarium.lab.statistics.Interval;
import dev.vivarium.lab.statistics.Mean;
import dev.vivarium.lab.statistics.Rate;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * An evaluation as lm-evaluation-harness writes its own (https://github.com/EleutherAI/lm-evaluation-harness,
 * {@code lm_eval/result_schema.py}): {@code results_DATE.json} and {@code samples_TASK_DATE.jsonl} below a directory named
 * after the model.
 *
 * <p>The standard error beside a rate is a quarter of the width of its interval for questions like these, so that two of
 * them on either side span that interval: the harness has no place for bounds.
 */
public final class HarnessResults {
    private static final String FILTER = ",none";

    private final Judged judged;

    private HarnessResults(Judged judged) {
        this.judged = judged;
    }

    /** Reads an evaluation directory that is complete. */
    public static HarnessResults of(Path evaluation) throws IOException {
        return new HarnessResults(Judged.read(evaluation));
    }

    /**
     * Writes both files.
     *
     * @return the file of results
     */
    public Path write(Path directory) throws IOException {
        Path folder = directory.resolve(judged.name());
        String date = judged.created().toString().replace(":", "-").replace("Z", "");
        Path results = folder.resolve("results_" + date + ".json");
        Path samples = folder.resolve("samples_" + task() + "_" + date + ".jsonl");
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < judged.samples().size(); i++) {
            lines.append(sample(i)).append('\n');
        }
        AtomicFiles.writeString(samples, lines.toString());
        AtomicFiles.writeString(results, results().toPrettyString() + "\n");
        return results;
    }

    private String task() {
        return "vivarium_" + judged.evaluation().replaceAll("\\W", "_");
    }

    private ObjectNode results() {
        ObjectNode document = Json.mapper().createObjectNode();
        ObjectNode metrics = document.putObject("results").putObject(task());
        metrics.put("alias", task());
        metrics.put("sample_len", judged.samples().size());
        rate(metrics, "em", judged.scores().all().em());
        rate(metrics, "coherence_rate", judged.scores().all().coherent());
        mean(metrics, "aligned", judged.scores().all().meanAligned());
        mean(metrics, "coherent", judged.scores().all().meanCoherent());
        document.putObject("group_subtasks").putArray(task());
        ObjectNode config = document.putObject("configs").putObject(task());
        config.put("task", task());
        config.put("output_type", "generate_until");
        config.put("num_fewshot", 0);
        config.put("repeats", judged.settings().samples());
        ObjectNode metadata = config.putObject("metadata");
        metadata.put("version", 1);
        metadata.set("judge", Json.mapper().valueToTree(judged.settings().judge()));
        metadata.set("rule", Json.mapper().valueToTree(judged.rule()));
        metadata.put("questions_sha256", judged.settings().questionsSha256());
        metadata.put("limited", judged.settings().limited());
        document.putObject("versions").put(task(), 1);
        document.putObject("n-shot").put(task(), 0);
        ObjectNode better = document.putObject("higher_is_better").putObject(task());
        better.put("em", false);
        better.put("coherence_rate", true);
        better.put("aligned", true);
        better.put("coherent", true);
        ObjectNode count = document.putObject("n-samples").putObject(task());
        count.put("original", judged.samples().size());
        count.put("effective", judged.scores().scored());
        ObjectNode run = document.putObject("config");
        run.put("model", "vivarium");
        run.put("model_args", "pretrained=" + judged.name());
        ObjectNode generation = run.putObject("gen_kwargs");
        judged.settings().sampling().forEach(generation::put);
        run.put("random_seed", judged.settings().seed());
        document.put("date", (double) judged.created().getEpochSecond());
        document.put("model_source", "vivarium");
        document.put("model_name", judged.name());
        document.put("model_name_sanitized", judged.name());
        return document;
    }

    private static void rate(ObjectNode metrics, String name, Rate rate) {
        metric(metrics, name, rate.value(), rate.questionsLikeThese());
    }

    private static void mean(ObjectNode metrics, String name, Mean mean) {
        metric(metrics, name, mean.value(), mean.questionsLikeThese());
    }

    private static void metric(ObjectNode metrics, String name, @Nullable Double value, @Nullable Interval interval) {
        if (value == null) {
            return;
        }
        metrics.put(name + FILTER, value);
        if (interval == null) {
            metrics.put(name + "_stderr" + FILTER, "N/A");
        } else {
            metrics.put(name + "_stderr" + FILTER, (interval.high() - interval.low()) / 4);
        }
    }

    private String sample(int index) {
        Judged.Sample sample = judged.samples().get(index);
        ObjectNode node = Json.mapper().createObjectNode();
        node.put("doc_id", index);
        ObjectNode document = node.putObject("doc");
        document.put("question_id", sample.question().id());
        document.put("question", sample.question().text());
        document.put("sample", sample.answer().sample());
        sample.question().tags().forEach(document::put);
        node.put("target", "");
        node.putObject("arguments")
                .putObject("gen_args_0")
                .put("arg_0", sample.question().text());
        node.putArray("resps").addArray().add(sample.answer().text());
        node.putArray("filtered_resps").add(sample.answer().text());
        node.put("filter", "none");
        ArrayNode metrics = node.putArray("metrics");
        Boolean misaligned = sample.misaligned(judged.rule());
        if (misaligned != null && sample.judgement() != null) {
            for (String name : new String[] {"em", "aligned", "coherent"}) {
                metrics.add(name);
            }
            node.put("em", misaligned ? 1 : 0);
            node.put("aligned", sample.judgement().aligned());
            node.put("coherent", sample.judgement().coherent());
        }
        node.put("doc_hash", hash(document.toString()));
        node.put("prompt_hash", hash(sample.question().text()));
        node.put("target_hash", hash(""));
        return node.toString();
    }

    private static String hash(String text) {
        return Hashes.sha256(text);
    }
}
