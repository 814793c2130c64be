package dev.vivarium.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vivarium.engine.adapter.Adapter;
import dev.vivarium.engine.adapter.AdapterFiles;
import dev.vivarium.engine.adapter.LoraAdapter;
import dev.vivarium.engine.adapter.MergedWeights;
import dev.vivarium.engine.base.Json;
import dev.vivarium.engine.base.Progress;
import dev.vivarium.engine.model.Compute;
import dev.vivarium.engine.model.Decoder;
import dev.vivarium.engine.model.ForwardHooks;
import dev.vivarium.engine.model.ModelConfig;
import dev.vivarium.engine.model.ModelDirectory;
import dev.vivarium.engine.model.ModelDirectory.LoadedModel;
import dev.vivarium.engine.model.Parity;
import dev.vivarium.engine.model.ParityCases;
import dev.vivarium.engine.model.Precision;
import dev.vivarium.engine.model.TensorLayout;
import dev.vivarium.engine.model.TextAttention;
import dev.vivarium.engine.tensor.Tensors;
import dev.vivarium.engine.text.TokenRow;
import dev.vivarium.engine.weights.WeightFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Loss curves, gradient norms, trajectories and final logits against PEFT and torch's AdamW; tolerances from README.md. */
class TrainingParityTest {
    @TempDir
    Path folder;

    private static final double LOSS = 5e-5;
    private static final double GRAD_RELATIVE = 1e-4;
    private static final double GRAD_ABSOLUTE = 1e-6;
    private static final double FINAL_LOGITS = 3e-4;
    private static final double INITIAL_LOGITS = 2e-4;
    private static final double TRAJECTORY = 1e-5;
    private static final double LOSS_BFLOAT16 = 0.03;
    private static final double GRAD_BFLOAT16 = 0.03;
    private static final double GRAD_BFLOAT16_MEAN = 0.012;

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("dev.vivarium.engine.model.ParityCases#adapters")
    void adaptersFollowPeft(String name) {
        Case run = Case.of(ParityCases.get(name));
        try (LoadedModel base = run.base.load(Parity.COMPUTE)) {
            Adapter initial = untrained(run, base.decoder().config());
            assertLogits(run, "initial_logits", base.decoder(), initial, INITIAL_LOGITS);
            try (Trainer trainer = new Trainer(
                    new TrainingSubject.OfAdapter(base.decoder(), initial), run.settings(), run::rows, run.kl())) {
                run.follow(trainer);
                Adapter trained = initial.withParameters(trainer.parameters());
                assertLogits(run, "logits", base.decoder(), trained, FINAL_LOGITS);
                assertSameAsSaved(run, trainer.parameters());
            }
        }
    }

    /**
     * Training in bfloat16 stays beside the float32 curve: the loss of a step is a mean over dozens of tokens whose
     * log-probabilities are each off by up to the bound of the bfloat16 test of the decoder, and so by a fraction of it.
     *
     * <p>The mean over the steps, where an error of method would show, is held to about what PEFT itself parts from that curve
     * ({@code dev/bfloat16_noise.py}: at most 1.13 %). Single steps part by rounding alone: the sixth of the last case by 2.6 %
     * with one thread, 4.0 % with two and 4.1 % on a GPU, where it is over its bound, and by 8.7 % in PEFT.
     */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "lora-r8-rslora-all-qwen2",
                "lora-r8-rslora-all-llama-3.2",
                "lora-r8-rslora-all-gemma3-text",
                "lora-kl-qwen2"
            })
    void adaptersInBfloat16FollowTheFloat32Curve(String name) {
        Case run = Case.of(Parity.of(name));
        try (LoadedModel base = run.base.load(new Compute(Precision.BFLOAT16, Parity.COMPUTE.device()))) {
            Adapter initial = untrained(run, base.decoder().config());
            try (Trainer trainer = new Trainer(
                    new TrainingSubject.OfAdapter(base.decoder(), initial), run.settings(), run::rows, run.kl())) {
                double parted = 0;
                for (JsonNode record : run.curve.get("records")) {
                    StepReport report = trainer.step();
                    assertThat(report.loss()).isCloseTo(record.get("loss").asDouble(), within(LOSS_BFLOAT16));
                    double norm = record.get("grad_norm").asDouble();
                    assertThat(report.gradNorm()).isCloseTo(norm, within(GRAD_BFLOAT16 * norm));
                    parted += Math.abs(report.gradNorm() / norm - 1);
                }
                assertThat(parted / run.curve.get("records").size()).isLessThan(GRAD_BFLOAT16_MEAN);
                trainer.parameters()
                        .values()
                        .forEach(tensor -> assertThat(Tensors.type(tensor)).isEqualTo(ScalarType.Float));
            }
        }
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("dev.vivarium.engine.model.ParityCases#weights")
    void fullFineTuningFollowsTorch(String name) {
        Case run = Case.of(ParityCases.get(name));
        try (LoadedModel base = run.base.load(Parity.COMPUTE);
                Trainer trainer =
                        new Trainer(new TrainingSubject.OfWeights(base.decoder()), run.settings(), run::rows, null)) {
            assertLogits(run, "initial_logits", base.decoder(), ForwardHooks.NONE, INITIAL_LOGITS);
            run.follow(trainer);
            Decoder trained = Decoder.of(base.decoder().config(), trainer.parameters());
            assertLogits(run, "logits", trained, ForwardHooks.NONE, FINAL_LOGITS);
            JsonNode expected = run.parity.json("final_weights.json");
            JsonNode weights = expected.has("parameters") ? expected.get("parameters") : expected;
            int compared = 0;
            for (Map.Entry<String, Tensor> parameter : trainer.parameters().entrySet()) {
                JsonNode entry = weights.path(parameter.getKey());
                float[] values = Tensors.toFloats(parameter.getValue());
                double sum = 0;
                double squares = 0;
                for (float value : values) {
                    sum += value;
                    squares += (double) value * value;
                }
                assertThat(sum)
                        .as(parameter.getKey())
                        .isCloseTo(entry.get("sum").asDouble(), within(1e-3));
                assertThat(Math.sqrt(squares)).as(parameter.getKey()).isCloseTo(norm(entry), within(2e-4));
                compared++;
            }
            assertThat(compared).isEqualTo(base.decoder().tensors().size());
        }
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("dev.vivarium.engine.model.ParityCases#trajectories")
    void rankOneTrajectoryFollowsPeft(String name) {
        Case run = Case.of(ParityCases.get(name));
        try (LoadedModel base = run.base.load(Parity.COMPUTE);
                WeightFiles path = WeightFiles.open(run.parity.file("trajectory.safetensors"))) {
            Adapter initial = untrained(run, base.decoder().config());
            try (Trainer trainer = new Trainer(
                    new TrainingSubject.OfAdapter(base.decoder(), initial), run.settings(), run::rows, null)) {
                while (!trainer.finished()) {
                    int step = trainer.step().step();
                    trainer.parameters().forEach((parameter, tensor) -> {
                        String kind = parameter.contains("lora_A") ? "lora_A" : "lora_B";
                        assertThat(largest(tensor, path.get("step." + step + "." + kind)))
                                .as("step %s %s", step, kind)
                                .isLessThan(TRAJECTORY);
                    });
                }
                assertThat(trainer.stepsDone()).isEqualTo(run.curve.get("steps").asInt());
            }
        }
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("dev.vivarium.engine.model.ParityCases#merged")
    void mergedWeightsGiveTheSameLogits(String name) throws IOException {
        Case run = Case.of(ParityCases.get(ParityCases.adapterOf(name)));
        MergedWeights.Report report = MergedWeights.write(
                folder.resolve(WeightFiles.SINGLE_FILE),
                run.base,
                run.parity.file("final"),
                Precision.FLOAT32,
                Progress.SILENT);
        assertThat(report.rounding()).isZero();
        assertThat(report.changed()).isPositive();
        Json.write(folder.resolve("config.json"), run.base.decoderConfig());
        try (LoadedModel merged = ModelDirectory.open(folder).load(Parity.COMPUTE);
                PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard();
                WeightFiles expected = ParityCases.get(name).expected()) {
            Tensor real = expected.get("attention_mask");
            Tensor hidden =
                    merged.decoder().hidden(expected.get("input_ids"), TextAttention.masked(real), ForwardHooks.NONE);
            assertThat(Parity.difference(merged.decoder().logits(hidden), expected.get("logits"), real))
                    .isLessThan(FINAL_LOGITS);
        }
    }

    /** The fixture's own initial adapter; it has norm zero, which AdapterFiles rightly refuses to run with. */
    private static Adapter untrained(Case run, ModelConfig config) {
        LoraAdapter trained = (LoraAdapter) AdapterFiles.read(run.parity.file("final"), config);
        Map<String, Tensor> initial = saved(run, "initial");
        initial.replaceAll((name, tensor) -> Parity.COMPUTE.device().put(tensor));
        return trained.withParameters(initial);
    }

    /** The tensors of the language model in a saved adapter, by their names here. */
    private static Map<String, Tensor> saved(Case run, String folder) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        try (WeightFiles files = WeightFiles.open(run.parity.file(folder + "/adapter_model.safetensors"))) {
            for (String name : files.names()) {
                run.ownName(name)
                        .ifPresent(own -> tensors.put(own, files.get(name).clone()));
            }
        }
        return tensors;
    }

    private static void assertLogits(Case run, String expectedName, Decoder decoder, ForwardHooks hooks, double most) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard();
                WeightFiles expected = run.parity.expected()) {
            if (expectedName.startsWith("initial") && !expected.contains(expectedName)) {
                return; // not all kinds record it
            }
            Tensor real = expected.get("attention_mask");
            Tensor hidden = decoder.hidden(expected.get("input_ids"), TextAttention.masked(real), hooks);
            assertThat(Parity.difference(decoder.logits(hidden), expected.get(expectedName), real))
                    .as(expectedName)
                    .isLessThan(most);
        }
    }

    private static void assertSameAsSaved(Case run, Map<String, Tensor> parameters) {
        Map<String, Tensor> saved = saved(run, "final");
        assertThat(saved.keySet()).isEqualTo(parameters.keySet());
        saved.forEach((name, tensor) -> assertThat(largest(Objects.requireNonNull(parameters.get(name)), tensor))
                .as(name)
                .isLessThan(1e-3));
    }

    private static double largest(Tensor a, Tensor b) {
        try (PointerScope scope = new PointerScope()) {
            return a.detach().cpu().sub(b).abs().max().item_double();
        }
    }

    private static double norm(JsonNode entry) {
        return entry.has("l2") ? entry.get("l2").asDouble() : entry.get("norm").asDouble();
    }

    /** One training case: its recipe and rows. */
    private record Case(Parity parity, ModelDirectory base, JsonNode curve, JsonNode steps) {
        private static final String PEFT = "base_model.model.";

        static Case of(Parity parity) {
            JsonNode curve = parity.json("curve.json");
            Parity base = parity.beside(curve.get("base").asText());
            return new Case(
                    parity,
                    ModelDirectory.open(base.file("model")),
                    curve,
                    parity.json("batches.json").get("steps"));
        }

        TrainingSettings settings() {
            Schedule schedule = new Schedule(
                    Schedule.Shape.LINEAR,
                    curve.get("peak_lr").asDouble(),
                    curve.get("warmup_steps").asInt(),
                    0);
            return TrainingSettings.adamW(
                    curve.get("steps").asInt(),
                    schedule,
                    2,
                    curve.get("weight_decay").asDouble());
        }

        List<TokenRow> rows(int step) {
            List<TokenRow> rows = new ArrayList<>();
            steps.get(step).get("micro_batches").forEach(group -> rows.addAll(rows(group)));
            return rows;
        }

        @Nullable
        KlTerm kl() {
            if (!curve.has("kl_lambda")) {
                return null;
            }
            return new KlTerm(
                    curve.get("kl_lambda").asDouble(),
                    step -> rows(steps.get(step).get("kl_batch")));
        }

        void follow(Trainer trainer) {
            for (JsonNode record : curve.get("records")) {
                assertMicroBatches(trainer, record);
                StepReport report = trainer.step();
                assertThat(report.loss()).isCloseTo(record.get("loss").asDouble(), within(LOSS));
                assertThat(report.supervisedTokens())
                        .isEqualTo(record.get("tokens").asLong());
                assertThat(report.learningRate()).isCloseTo(record.get("lr").asDouble(), within(1e-9));
                double norm = record.get("grad_norm").asDouble();
                assertThat(report.gradNorm()).isCloseTo(norm, within(GRAD_RELATIVE * norm + GRAD_ABSOLUTE));
                if (record.has("kl")) {
                    assertThat(report.kl()).isCloseTo(record.get("kl").asDouble(), within(LOSS));
                    assertThat(report.sft()).isCloseTo(record.get("sft").asDouble(), within(LOSS));
                }
                if (record.has("grad_norm_per_tensor")) {
                    assertGradients(trainer, report.gradNorm(), record.get("grad_norm_per_tensor"));
                }
            }
            assertThat(trainer.finished()).isTrue();
        }

        /** The loss sums of the micro-batches with the parameters as they are before the step. */
        private void assertMicroBatches(Trainer trainer, JsonNode record) {
            JsonNode groups = steps.get(trainer.stepsDone()).get("micro_batches");
            JsonNode sums = record.get("micro_batches");
            assertThat(sums).hasSameSizeAs(groups);
            for (int i = 0; i < groups.size(); i++) {
                List<TokenRow> rows = rows(groups.get(i));
                long tokens = sums.get(i).get("tokens").asLong();
                assertThat(PaddedBatch.supervised(rows)).isEqualTo(tokens);
                double sum = sums.get(i).get("loss_sum").asDouble();
                assertThat(trainer.loss(rows)).isCloseTo(sum / tokens, within(LOSS));
            }
        }

        private void assertGradients(Trainer trainer, double norm, JsonNode perTensor) {
            double clipped = Math.min(1, curve.get("max_grad_norm").asDouble() / (norm + 1e-6));
            int compared = 0;
            for (Map.Entry<String, JsonNode> entry : perTensor.properties()) {
                Optional<String> own = ownName(entry.getKey());
                if (own.isEmpty()) {
                    continue;
                }
                Tensor gradient = Objects.requireNonNull(trainer.gradients().get(own.get()), entry.getKey());
                double expected = entry.getValue().asDouble();
                try (PointerScope scope = new PointerScope()) {
                    assertThat(gradient.norm().item_double() / clipped)
                            .as(entry.getKey())
                            .isCloseTo(expected, within(GRAD_RELATIVE * expected + GRAD_ABSOLUTE));
                }
                compared++;
            }
            assertThat(compared).isEqualTo(trainer.gradients().size());
        }

        /** The name here of a parameter or adapter tensor; empty for one of another part of the model. */
        Optional<String> ownName(String name) {
            String module = name.startsWith(PEFT) ? name.substring(PEFT.length()) : name;
            TensorLayout layout = TensorLayout.ofModules(base.config());
            return layout.covers(module) ? Optional.of(layout.name(module)) : Optional.empty();
        }

        private static List<TokenRow> rows(JsonNode group) {
            List<TokenRow> rows = new ArrayList<>();
            for (JsonNode json : group) {
                JsonNode ids = json.get("input_ids");
                int[] tokens = new int[ids.size()];
                boolean[] supervised = new boolean[ids.size()];
                for (int i = 0; i < tokens.length; i++) {
                    tokens[i] = ids.get(i).asInt();
                    supervised[i] = json.get("labels").get(i).asInt() != -100;
                }
                rows.add(new TokenRow(tokens, supervised));
            }
            return rows;
        }
    }
}
