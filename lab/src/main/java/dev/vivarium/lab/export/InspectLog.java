package dev.vivarium.lab.export;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vivarium.engine.base.AtomicFiles;
import dev.vivarium.engine.base.Hashes;
import dev.vivarium.engine.base.Json;
import dev.vivarium.lab.evaluate.Answer;
import dev.vivarium.lab.evaluate.Judgement;
import dev.vivarium.lab.evaluate.Question;
import dev.vivarium.lab.statistics.Interval;
import dev.vivarium.lab.statistics.Mean;
import dev.vivarium.lab.statistics.Rate;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Objects;
import java.util.TreeSet;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * An evaluation as a log of Inspect, version 2 (https://inspect.aisi.org.uk/eval-logs.html): a sample is a question, an
 * epoch one of its answers, counted from 1 as there.
 *
 * <p>Both of its forms are written: one JSON document, and the {@code .eval} archive of header, samples and summaries.
 * Scores are {@code aligned}, {@code coherent}, {@code em} (1 or 0) and what else the judge gave; an answer without a
 * verdict has none of the first three, so no mean of others counts it.
 */
public final class InspectLog {
    private final Judged judged;

    private InspectLog(Judged judged) {
        this.judged = judged;
    }

    /** Reads an evaluation directory that is complete. */
    public static InspectLog of(Path evaluation) throws IOException {
        return new InspectLog(Judged.read(evaluation));
    }

    /** Writes {@code .eval} if the file's name ends so, else JSON; atomically. */
    public void write(Path file) throws IOException {
        if (file.toString().endsWith(".eval")) {
            AtomicFiles.write(file, this::archive);
        } else {
            ObjectNode log = header();
            ArrayNode samples = log.putArray("samples");
            judged.samples().forEach(sample -> samples.add(sample(sample)));
            AtomicFiles.write(file, out -> out.write(bytes(log)));
        }
    }

    private void archive(OutputStream out) throws IOException {
        ZipOutputStream zip = new ZipOutputStream(out);
        ObjectNode start = Json.mapper().createObjectNode();
        start.put("version", 2);
        start.set("eval", spec());
        start.set("plan", plan());
        entry(zip, "_journal/start.json", bytes(start));
        ArrayNode summaries = Json.mapper().createArrayNode();
        for (Judged.Sample sample : judged.samples()) {
            ObjectNode whole = sample(sample);
            String name = "samples/" + sample.question().id() + "_epoch_" + epoch(sample) + ".json";
            entry(zip, name, bytes(whole));
            summaries.add(summary(whole));
        }
        entry(zip, "_journal/summaries/1.json", bytes(summaries));
        entry(zip, "summaries.json", bytes(summaries));
        entry(zip, "header.json", bytes(header()));
        zip.finish();
    }

    /** Times are those of the evaluation, so that the same evaluation gives the same bytes. */
    private void entry(ZipOutputStream zip, String name, byte[] bytes) throws IOException {
        ZipEntry entry = new ZipEntry(name);
        entry.setLastModifiedTime(FileTime.from(judged.created()));
        zip.putNextEntry(entry);
        zip.write(bytes);
        zip.closeEntry();
    }

    private static byte[] bytes(JsonNode node) {
        return node.toString().getBytes(StandardCharsets.UTF_8);
    }

    private ObjectNode header() {
        ObjectNode log = Json.mapper().createObjectNode();
        log.put("version", 2);
        log.put("status", "success");
        log.set("eval", spec());
        log.set("plan", plan());
        log.set("results", results());
        ObjectNode stats = log.putObject("stats");
        stats.put("started_at", judged.created().toString());
        stats.put("completed_at", judged.created().toString());
        stats.putObject("model_usage").set(model(), usage(judged.scores().tokens()));
        return log;
    }

    private ObjectNode spec() {
        ObjectNode spec = Json.mapper().createObjectNode();
        String id = Hashes.sha256(Json.line(judged.settings()));
        spec.put("eval_id", id.substring(0, 22));
        spec.put("run_id", id.substring(22, 44));
        spec.put("created", judged.created().toString());
        spec.put("task", judged.evaluation());
        spec.put("task_id", id.substring(0, 22));
        spec.put("task_version", 0);
        ObjectNode dataset = spec.putObject("dataset");
        dataset.put("name", judged.evaluation());
        dataset.put("samples", judged.questions().questions().size());
        ArrayNode ids = dataset.putArray("sample_ids");
        judged.questions().questions().forEach(question -> ids.add(question.id()));
        spec.put("model", model());
        ObjectNode generate = spec.putObject("model_generate_config");
        number(generate, "max_tokens", judged.settings().sampling().get("max_new_tokens"));
        number(generate, "temperature", judged.settings().sampling().get("temperature"));
        number(generate, "top_p", judged.settings().sampling().get("top_p"));
        generate.put("seed", judged.settings().seed());
        spec.set("model_args", Json.mapper().valueToTree(judged.settings().model()));
        ObjectNode config = spec.putObject("config");
        config.put("epochs", judged.settings().samples());
        spec.putObject("packages");
        ObjectNode metadata = spec.putObject("metadata");
        metadata.set("judge", Json.mapper().valueToTree(judged.settings().judge()));
        metadata.set("rule", Json.mapper().valueToTree(judged.rule()));
        metadata.put("questions_sha256", judged.settings().questionsSha256());
        metadata.put("limited", judged.settings().limited());
        return spec;
    }

    private static void number(ObjectNode node, String key, @Nullable String value) {
        if (value == null) {
            return;
        }
        if (value.matches("\\d{1,9}")) {
            node.put(key, Integer.parseInt(value));
        } else {
            node.put(key, Double.parseDouble(value));
        }
    }

    private static ObjectNode plan() {
        ObjectNode plan = Json.mapper().createObjectNode();
        plan.put("name", "plan");
        ObjectNode step = plan.putArray("steps").addObject();
        step.put("solver", "generate");
        step.putObject("params");
        plan.putObject("config");
        return plan;
    }

    private ObjectNode results() {
        ObjectNode results = Json.mapper().createObjectNode();
        results.put("total_samples", judged.samples().size());
        results.put("completed_samples", judged.samples().size());
        ArrayNode scores = results.putArray("scores");
        score(scores, "em", judged.scores().all().em());
        score(scores, "coherence_rate", judged.scores().all().coherent());
        score(scores, "aligned", judged.scores().all().meanAligned());
        score(scores, "coherent", judged.scores().all().meanCoherent());
        return results;
    }

    private void score(ArrayNode scores, String name, Rate rate) {
        ObjectNode metrics = score(scores, name, rate.n());
        metric(metrics, "mean", rate.value());
        bounds(metrics, "wilson", rate.theseQuestions());
        bounds(metrics, "clustered", rate.questionsLikeThese());
    }

    private void score(ArrayNode scores, String name, Mean mean) {
        ObjectNode metrics = score(scores, name, mean.n());
        metric(metrics, "mean", mean.value());
        bounds(metrics, "clustered", mean.questionsLikeThese());
    }

    /** A score's entry; returns where its metrics go. */
    private ObjectNode score(ArrayNode scores, String name, int scored) {
        ObjectNode score = scores.addObject();
        score.put("name", name);
        score.put("scorer", judged.settings().judge().name());
        score.put("scored_samples", scored);
        score.put("unscored_samples", judged.samples().size() - scored);
        score.putObject("params");
        return score.putObject("metrics");
    }

    private static void bounds(ObjectNode metrics, String name, @Nullable Interval interval) {
        if (interval != null) {
            metric(metrics, name + "_low", interval.low());
            metric(metrics, name + "_high", interval.high());
        }
    }

    private static void metric(ObjectNode metrics, String name, @Nullable Double value) {
        if (value != null) {
            ObjectNode metric = metrics.putObject(name);
            metric.put("name", name);
            metric.put("value", value);
            metric.putObject("params");
        }
    }

    private String model() {
        return "vivarium/" + judged.name();
    }

    private static int epoch(Judged.Sample sample) {
        return sample.answer().sample() + 1;
    }

    private ObjectNode sample(Judged.Sample sample) {
        Question question = sample.question();
        Answer answer = sample.answer();
        ObjectNode node = Json.mapper().createObjectNode();
        node.put("id", question.id());
        node.put("epoch", epoch(sample));
        node.put("input", question.text());
        node.put("target", "");
        ArrayNode messages = node.putArray("messages");
        if (question.system() != null) {
            message(messages.addObject(), "system", question.system());
        }
        message(messages.addObject(), "user", question.text());
        message(messages.addObject(), "assistant", answer.text());
        ObjectNode output = node.putObject("output");
        output.put("model", model());
        ObjectNode choice = output.putArray("choices").addObject();
        message(choice.putObject("message"), "assistant", answer.text());
        choice.put("stop_reason", answer.finishReason().equals("length") ? "max_tokens" : "stop");
        output.put("completion", answer.text());
        output.set("usage", usage(answer.tokens()));
        node.set("scores", scores(sample));
        ObjectNode metadata = node.putObject("metadata");
        metadata.put("question", question.cluster());
        new TreeSet<>(question.tags().keySet())
                .forEach(tag -> metadata.put(tag, question.tags().get(tag)));
        node.putObject("store");
        node.putArray("events");
        node.putObject("model_usage").set(model(), usage(answer.tokens()));
        node.putObject("attachments");
        return node;
    }

    private static void message(ObjectNode message, String role, String content) {
        message.put("content", content);
        message.put("role", role);
    }

    private static ObjectNode usage(long tokens) {
        ObjectNode usage = Json.mapper().createObjectNode();
        usage.put("output_tokens", tokens);
        usage.put("total_tokens", tokens);
        return usage;
    }

    private ObjectNode scores(Judged.Sample sample) {
        ObjectNode scores = Json.mapper().createObjectNode();
        Judgement judgement = sample.judgement();
        Boolean misaligned = sample.misaligned(judged.rule());
        if (judgement == null) {
            return scores;
        }
        if (misaligned != null) {
            value(scores, "aligned", Objects.requireNonNull(judgement.aligned()));
            value(scores, "coherent", Objects.requireNonNull(judgement.coherent()));
            value(scores, "em", misaligned ? 1 : 0);
        }
        judgement.extra().forEach((name, extra) -> value(scores, name, extra));
        return scores;
    }

    private void value(ObjectNode scores, String name, double value) {
        ObjectNode score = scores.putObject(name);
        score.put("value", value);
        score.putArray("history");
    }

    /** What a list of samples shows of one. */
    private static ObjectNode summary(ObjectNode sample) {
        ObjectNode summary = Json.mapper().createObjectNode();
        for (String key : new String[] {"id", "epoch", "input", "target", "metadata", "scores", "model_usage"}) {
            summary.set(key, sample.get(key));
        }
        summary.putObject("role_usage");
        summary.put("completed", true);
        summary.put("message_count", sample.get("messages").size());
        return summary;
    }
}
