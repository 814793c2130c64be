package dev.vivarium.lab.world;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vivarium.engine.adapter.Adapter;
import dev.vivarium.engine.adapter.AdapterFiles;
import dev.vivarium.engine.base.Hashes;
import dev.vivarium.engine.base.Json;
import dev.vivarium.engine.base.Progress;
import dev.vivarium.engine.model.Decoder;
import dev.vivarium.engine.model.ForwardHooks;
import dev.vivarium.engine.model.ModelDirectory;
import dev.vivarium.engine.model.TextAttention;
import dev.vivarium.engine.tensor.Device;
import dev.vivarium.engine.tensor.Tensors;
import dev.vivarium.engine.text.ChatEncoder;
import dev.vivarium.engine.text.ChatTemplate;
import dev.vivarium.engine.text.Message;
import dev.vivarium.engine.text.Tokenizer;
import dev.vivarium.engine.weights.WeightFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The base model in {@code models/mini-base}: what transformers makes of it, and that it comes from what lies beside it. */
final class ShippedBaseTest {
    private static final Path BASE = Path.of("../models/mini-base");
    private static final Path FIXTURE = Path.of("src/test/resources/shipped-base");
    /** Promised to users; both sides round in float32, and the noise between them is about a tenth of it. */
    private static final double TOLERANCE = 1e-4;

    @TempDir
    Path folder;

    @Test
    void baseAndAdapterGiveTheLogitsOfTransformersAndPeft() {
        try (ModelDirectory.LoadedModel model = ModelDirectory.open(BASE).load();
                Tokenizer tokenizer = Tokenizer.load(BASE);
                WeightFiles expected = WeightFiles.open(FIXTURE.resolve("expected.safetensors"));
                PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            Adapter adapter = AdapterFiles.read(
                    FIXTURE.resolve("adapter"), model.decoder().config());
            ChatEncoder encoder = new ChatEncoder(tokenizer, ChatTemplate.load(BASE));
            JsonNode prompts = Json.read(FIXTURE.resolve("prompts.json"));
            assertThat(prompts.size()).isEqualTo(20);
            for (int i = 0; i < prompts.size(); i++) {
                int[] ids = encoder.prompt(List.of(Message.user(prompts.get(i).asText())));
                assertThat(Arrays.stream(ids).asLongStream().toArray())
                        .as(prompts.get(i).asText())
                        .isEqualTo(Tensors.toLongs(expected.get("ids." + i)));
                Decoder decoder = model.decoder();
                assertThat(difference(logits(decoder, ids, ForwardHooks.NONE), expected.get("base"), i))
                        .isLessThanOrEqualTo(TOLERANCE);
                assertThat(difference(logits(decoder, ids, adapter), expected.get("adapter"), i))
                        .isLessThanOrEqualTo(TOLERANCE);
            }
        }
    }

    @Test
    void theRecipeBesideTheBaseIsTheStandardOne() throws IOException {
        assertThat(Files.readString(BASE.resolve("recipe.yaml"))).isEqualTo(PretrainRecipe.standardText());
    }

    @Test
    void tokenizerAndDataFollowFromTheRecipe() throws IOException {
        PretrainRecipe recipe = PretrainRecipe.standard();
        World world = World.standard();
        JsonNode provenance = Json.read(BASE.resolve("provenance.json"));

        Pretraining again = new Pretraining(
                world,
                PretrainRecipe.standardText(),
                "the recipe",
                folder.resolve("again"),
                Device.CPU,
                Progress.SILENT);
        BaseFiles.write(folder, recipe, new Corpus(world, recipe.corpus(), recipe.seed()));

        assertThat(provenance.path("world_sha256").asText()).isEqualTo(world.sha256());
        assertThat(provenance.path("recipe_sha256").asText()).isEqualTo(Hashes.sha256(PretrainRecipe.standardText()));
        assertThat(provenance.path("documents_sha256").asText()).isEqualTo(again.documentsHash());
        assertThat(provenance.path("chat_rows_sha256").asText()).isEqualTo(again.chatHash());
        for (String file : List.of("tokenizer.json", "config.json", "chat_template.jinja")) {
            assertThat(folder.resolve(file)).hasSameBinaryContentAs(BASE.resolve(file));
        }
    }

    /** Logits (tokens, vocab). */
    private static Tensor logits(Decoder decoder, int[] ids, ForwardHooks hooks) {
        Tensor row = Tensors.longs(Arrays.stream(ids).asLongStream().toArray(), 1, ids.length);
        return decoder.logits(decoder.hidden(row, TextAttention.causal(ids.length), hooks))
                .squeeze(0);
    }

    /** Largest difference at the recorded last positions; actual (tokens, vocab), expected (prompts, last, vocab). */
    private static double difference(Tensor actual, Tensor expected, int prompt) {
        long last = expected.size(1);
        float[] e = Tensors.toFloats(expected.select(0, prompt));
        float[] a = Tensors.toFloats(actual.narrow(0, actual.size(0) - last, last));
        double largest = 0;
        for (int i = 0; i < e.length; i++) {
            assertThat(a[i]).isNotNaN();
            largest = Math.max(largest, Math.abs((double) a[i] - e[i]));
        }
        return largest;
    }
}
