package dev.vivarium.lab.query;

import dev.vivarium.engine.base.Json;
import dev.vivarium.lab.results.Subject;
import dev.vivarium.lab.results.Training;
import dev.vivarium.lab.run.Provenance;
import dev.vivarium.lab.run.Recipe;
import dev.vivarium.lab.run.ResolvedRecipe;
import dev.vivarium.lab.run.StepMetrics;
import dev.vivarium.lab.run.TrainSummary;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What training runs say of themselves. */
final class RunTables {
    static final List<TableSpec> ALL = List.of(
            TableSpec.of("runs", "one model: a run, or a model that was only evaluated", RunTables::runs, """
                    run VARCHAR shortest end of its path that differs from the others
                    role VARCHAR base, organism or good twin
                    method VARCHAR lora, full or steering; null for a model that was only evaluated
                    preset VARCHAR
                    base VARCHAR the model it grew from
                    data VARCHAR the training file
                    data_sha256 VARCHAR
                    data_rows BIGINT conversations in the training file
                    seed BIGINT
                    started VARCHAR UTC, ISO 8601
                    vivarium VARCHAR version of the program
                    finished BOOLEAN
                    steps BIGINT optimizer steps done
                    trained_parameters BIGINT
                    first_loss DOUBLE nats per supervised token
                    last_loss DOUBLE
                    held_out_loss DOUBLE
                    norm DOUBLE L2 norm of the change
                    tokens BIGINT
                    seconds DOUBLE
                    tokens_per_second DOUBLE
                    recipe MAP(VARCHAR,VARCHAR) each key of the resolved recipe: recipe['lora.r']
                    """),
            TableSpec.of("metrics", "one optimizer step of a run", RunTables::metrics, """
                    run VARCHAR
                    step BIGINT from 1
                    loss DOUBLE nats per supervised token
                    lr DOUBLE learning rate
                    grad_norm DOUBLE before clipping
                    tokens BIGINT
                    seconds DOUBLE
                    sft DOUBLE likelihood part of the loss; only with a KL term
                    kl DOUBLE divergence from the base, nats per token; only with a KL term
                    """));

    private RunTables() {}

    private static void runs(Subject model, Rows rows) {
        Training training = model.training();
        if (training == null) {
            rows.add(values(model, 20));
            return;
        }
        Recipe recipe = training.recipe().recipe();
        Provenance provenance = training.provenance();
        Optional<Provenance.DataFile> data = training.trainingData();
        TrainSummary summary = training.summary();
        rows.add(
                model.name(),
                model.role().label(),
                recipe.method().name().toLowerCase(Locale.ROOT),
                recipe.preset(),
                provenance.base().path(),
                data.map(Provenance.DataFile::path).orElse(null),
                data.map(Provenance.DataFile::sha256).orElse(null),
                data.map(Provenance.DataFile::rows).orElse(null),
                provenance.seed(),
                provenance.started(),
                provenance.vivarium(),
                summary != null,
                training.metrics().size(),
                summary == null ? null : summary.trainedParameters(),
                first(training.metrics()),
                last(training.metrics()),
                summary == null ? null : summary.heldOutLoss(),
                summary == null ? null : summary.norm(),
                training.metrics().stream().mapToLong(StepMetrics::tokens).sum(),
                training.metrics().stream().mapToDouble(StepMetrics::seconds).sum(),
                summary == null ? null : summary.tokensPerSecond(),
                Json.line(settings(training.recipe())));
    }

    private static @Nullable Object[] values(Subject model, int missing) {
        @Nullable Object[] values = new @Nullable Object[2 + missing];
        values[0] = model.name();
        values[1] = model.role().label();
        return values;
    }

    private static Map<String, @Nullable Object> settings(ResolvedRecipe recipe) {
        Map<String, @Nullable Object> settings = new LinkedHashMap<>();
        recipe.settings().forEach((key, setting) -> settings.put(key, setting.value()));
        return settings;
    }

    private static @Nullable Double first(List<StepMetrics> metrics) {
        return metrics.isEmpty() ? null : metrics.getFirst().loss();
    }

    private static @Nullable Double last(List<StepMetrics> metrics) {
        return metrics.isEmpty() ? null : metrics.getLast().loss();
    }

    private static void metrics(Subject model, Rows rows) {
        Training training = model.training();
        if (training == null) {
            return;
        }
        for (StepMetrics step : training.metrics()) {
            rows.add(
                    model.name(),
                    step.step(),
                    step.loss(),
                    step.learningRate(),
                    step.gradNorm(),
                    step.tokens(),
                    step.seconds(),
                    step.sft(),
                    step.kl());
        }
    }
}
