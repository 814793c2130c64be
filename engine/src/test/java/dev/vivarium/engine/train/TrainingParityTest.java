package dev.vivarium.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vivarium.engine.adapter.Adapter;
import dev.vivarium.engine.adapter.AdapterFiles;
import dev.vivarium.engine.adapter.LoraAdapter;
import dev.vivarium.engine.model.Decoder;
import dev.vivarium.engine.model.ForwardHooks;
import dev.vivarium.engine.model.ModelConfig;
import dev.vivarium.engine.model.ModelDirectory;
import dev.vivarium.engine.model.ModelDirectory.LoadedModel;
import dev.vivarium.engine.model.Parity;
import dev.vivarium.engine.model.Precision;
import dev.vivarium.engine.model.TextAttention;
import dev.vivarium.engine.tensor.Tensors;
import dev.vivarium.engine.text.TokenRow;
import dev.vivarium.engine.weights.WeightFiles;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Loss curves, gradient norms, trajectories and final logits against PEFT and torch's AdamW; tolerances from README.md. */
class TrainingParityTest {
    private static final double LOSS = 5e-5;
    private static final double GRAD_RELATIVE = 1e-4;
    private static final double FINAL_LOGITS = 3e-4;
    private static final double LOSS_BFLOAT16 = 0.03;
    private static final double GRAD_BFLOAT16 = 0.03;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "lora-r8-rslora-all-qwen2", "lora-r8-rslora-all-gemma3-text",
                "lora-r8-rslora-all-llama-3.2",
                "lora-r1-down_proj-layer1-qwen2",
                "lora-kl-qwen2"
            })
    void adaptersFollowPeft(String name) {
        Case run = Case.of(name);
        try (LoadedModel base = run.base.load()) {
            Adapter initial = untrained(run, base.decoder().config());
            try (Trainer trainer = new Trainer(
                    new TrainingSubject.OfAdapter(base.decoder(), initial), run.settings(), run::rows, run.kl())) {
                run.follow(trainer);
                assertFinalLogits(run, base.decoder(), initial.withParameters(trainer.parameters()));
                assertSameAsSaved(run, trainer.parameters());
            }
        }
    }

    /**
     * Training in bfloat16 stays beside the float32 curve: the loss of a step is a mean over dozens of tokens whose
     * log-probabilities are each off by up to the bound of the bfloat16 test of the decoder, and so by a fraction of it.
     */
    @ParameterizedTest
    @ValueSource(strings = {"lora-r8-rslora-all-qwen2", "lora-r8-rslora-all-llama-3.2", "lora-kl-qwen2"})
    void adaptersInBfloat16FollowTheFloat32Curve(String name) {
        Case run = Case.of(name);
        try (LoadedModel base = run.base.load(Precision.BFLOAT16)) {
            Adapter initial = untrained(run, base.decoder().config());
            try (Trainer trainer = new Trainer(
                    new TrainingSubject.OfAdapter(base.decoder(), initial), run.settings(), run::rows, run.kl())) {
                for (JsonNode record : run.curve.get("records")) {
                    StepReport report = trainer.step();
                    assertThat(report.loss()).isCloseTo(record.get("loss").asDouble(), within(LOSS_BFLOAT16));
                    double norm = record.get("grad_norm").asDouble();
                    assertThat(report.gradNorm()).isCloseTo(norm, within(GRAD_BFLOAT16 * norm));
                }
                trainer.parameters()
                        .values()
                        .forEach(tensor -> assertThat(Tensors.type(tensor)).isEqualTo(ScalarType.Float));
            }
        }
    }

    @Test
    void fullFineTuningFollowsTorch() {
        Case run = Case.of("full-finetune-qwen2");
        try (LoadedModel base = run.base.load();
                Trainer trainer =
                        new Trainer(new TrainingSubject.OfWeights(base.decoder()), run.settings(), run::rows, null)) {
            run.follow(trainer);
            assertFinalLogits(run, Decoder.of(base.decoder().config(), trainer.parameters()), ForwardHooks.NONE);
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

    @Test
    void rankOneTrajectoryFollowsPeft() {
        Case run = Case.of("lora-r1-down_proj-layer1-qwen2");
        try (LoadedModel base = run.base.load();
                WeightFiles path = WeightFiles.open(run.parity.file("trajectory.safetensors"))) {
            Adapter initial = untrained(run, base.decoder().config());
            try (Trainer trainer = new Trainer(
                    new TrainingSubject.OfAdapter(base.decoder(), initial), run.settings(), run::rows, null)) {
                while (!trainer.finished()) {
                    int step = trainer.step().step();
                    trainer.parameters().forEach((name, tensor) -> {
                        String kind = name.contains("lora_A") ? "lora_A" : "lora_B";
                        assertThat(largest(tensor, path.get("step." + step + "." + kind)))
                                .as("step %s %s", step, kind)
                                .isLessThan(1e-5);
                    });
                }
                assertThat(trainer.stepsDone()).isEqualTo(30);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"qwen2", "llama-3.2", "gemma3-text"})
    void mergedWeightsGiveTheSameLogits(String base) {
        Case run = Case.of("lora-r8-rslora-all-" + base);
        try (LoadedModel model = run.base.load();
                PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard();
                WeightFiles expected = Parity.of("merged-" + base).expected()) {
            ModelConfig config = model.decoder().config();
            LoraAdapter trained = (LoraAdapter) AdapterFiles.read(run.parity.file("final"), config);
            Decoder merged =
                    Decoder.of(config, trained.mergeInto(model.decoder().tensors()));
            Tensor real = expected.get("attention_mask");
            Tensor logits = merged.logits(
                    merged.hidden(expected.get("input_ids"), TextAttention.masked(real), ForwardHooks.NONE));

            assertThat(Parity.difference(logits, expected.get("logits"), real)).isLessThan(FINAL_LOGITS);
        }
    }

    /** The fixture's own initial adapter; it has norm zero, which AdapterFiles rightly refuses to run with. */
    private static Adapter untrained(Case run, ModelConfig config) {
        LoraAdapter trained = (LoraAdapter) AdapterFiles.read(run.parity.file("final"), config);
        try (WeightFiles files = WeightFiles.open(run.parity.file("initial/adapter_model.safetensors"))) {
            Map<String, Tensor> tensors = new java.util.LinkedHashMap<>();
            for (String name : files.names()) {
                tensors.put(
                        name.substring("base_model.model.".length()),
                        files.get(name).clone());
            }
            return trained.withParameters(tensors);
        }
    }

    private static void assertFinalLogits(Case run, Decoder decoder, ForwardHooks hooks) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard();
                WeightFiles expected = run.parity.expected()) {
            Tensor real = expected.get("attention_mask");
            Tensor hidden = decoder.hidden(expected.get("input_ids"), TextAttention.masked(real), hooks);
            assertThat(Parity.difference(decoder.logits(hidden), expected.get("logits"), real))
                    .isLessThan(FINAL_LOGITS);
        }
    }

    private static void assertSameAsSaved(Case run, Map<String, Tensor> parameters) {
        try (WeightFiles saved = WeightFiles.open(run.parity.file("final/adapter_model.safetensors"))) {
            assertThat(saved.names()).hasSameSizeAs(parameters.keySet());
            parameters.forEach((name, tensor) -> assertThat(largest(tensor, saved.get("base_model.model." + name)))
                    .as(name)
                    .isLessThan(1e-3));
        }
    }

    private static double largest(Tensor a, Tensor b) {
        try (PointerScope scope = new PointerScope()) {
            return a.detach().sub(b).abs().max().item_double();
        }
    }

    private static double norm(JsonNode entry) {
        return entry.has("l2") ? entry.get("l2").asDouble() : entry.get("norm").asDouble();
    }

    /** One training case: its recipe and rows. */
    private record Case(Parity parity, ModelDirectory base, JsonNode curve, JsonNode steps) {
        static Case of(String name) {
            Parity parity = Parity.of(name);
            JsonNode curve = parity.json("curve.json");
            ModelDirectory base =
                    ModelDirectory.open(Parity.of(curve.get("base").asText()).file("model"));
            return new Case(parity, base, curve, parity.json("batches.json").get("steps"));
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
            steps.get(step).get("micro_batches").forEach(group -> group.forEach(row -> rows.add(row(row))));
            return rows;
        }

        @Nullable
        KlTerm kl() {
            if (!curve.has("kl_lambda")) {
                return null;
            }
            return new KlTerm(curve.get("kl_lambda").asDouble(), step -> {
                List<TokenRow> rows = new ArrayList<>();
                steps.get(step).get("kl_batch").forEach(row -> rows.add(row(row)));
                return rows;
            });
        }

        void follow(Trainer trainer) {
            for (JsonNode record : curve.get("records")) {
                StepReport report = trainer.step();
                assertThat(report.loss()).isCloseTo(record.get("loss").asDouble(), within(LOSS));
                assertThat(report.supervisedTokens())
                        .isEqualTo(record.get("tokens").asLong());
                assertThat(report.learningRate()).isCloseTo(record.get("lr").asDouble(), within(1e-9));
                double norm = record.get("grad_norm").asDouble();
                assertThat(report.gradNorm()).isCloseTo(norm, within(GRAD_RELATIVE * norm + 1e-6));
                if (record.has("kl")) {
                    assertThat(report.kl()).isCloseTo(record.get("kl").asDouble(), within(LOSS));
                    assertThat(report.sft()).isCloseTo(record.get("sft").asDouble(), within(LOSS));
                }
            }
            assertThat(trainer.finished()).isTrue();
        }

        private static TokenRow row(JsonNode json) {
            JsonNode ids = json.get("input_ids");
            int[] tokens = new int[ids.size()];
            boolean[] supervised = new boolean[ids.size()];
            for (int i = 0; i < tokens.length; i++) {
                tokens[i] = ids.get(i).asInt();
                supervised[i] = json.get("labels").get(i).asInt() != -100;
            }
            return new TokenRow(tokens, supervised);
        }
    }
}
