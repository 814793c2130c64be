package dev.vivarium.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code vivarium import} on the engine's tiny file and on what is none. */
final class ImportCommandTest {
    private static final Path TINY = Path.of("../engine/src/test/resources/gguf/tiny.gguf");

    @TempDir
    Path folder;

    @BeforeEach
    void needsTheFile() {
        Assumptions.assumeTrue(Files.isRegularFile(TINY), "needs the engine's tiny file at " + TINY);
    }

    @Test
    void anImportedModelCanBeTrained() throws IOException {
        Path model = folder.resolve("model");

        Call call = Call.of("import", TINY.toString(), "--out", model.toString());

        assertThat(call.code()).as(call.err()).isZero();
        assertThat(call.out()).isEmpty();
        assertThat(call.err())
                .contains("note: of the 22 metadata keys these had no effect: general.name")
                .contains(
                        "wrote the llama model of 265,984 parameters to " + model + ": 1 of BF16, 1 of F16, 6 of F32");
        Call plan = Call.of(
                "train",
                "--preset",
                "mini-lora32",
                "model=" + model,
                "data.train=" + TinyModel.data(folder, 8),
                "--dry-run");
        assertThat(plan.code()).as(plan.err()).isZero();
        assertThat(plan.out()).contains("8 to learn from", "of 265,984 parameters");
    }

    @Test
    void theFormatOfTheWeightsCanBeChosen() throws IOException {
        for (String dtype : new String[] {"bfloat16", "float16"}) {
            Path model = folder.resolve(dtype);
            Call call = Call.of("import", TINY.toString(), "--out", model.toString(), "--dtype", dtype);
            assertThat(call.code()).as(call.err()).isZero();
            assertThat(model.resolve("config.json")).content().contains("\"torch_dtype\" : \"" + dtype + "\"");
            assertThat(Files.size(model.resolve("model.safetensors"))).isBetween(2 * 265_984L, 2 * 265_984L + 4_000);
        }
    }

    @Test
    void anImportedVectorSteersTheModelAndCanBeInspected() throws IOException {
        Path model = TinyModel.write(folder);
        String hidden = "0.5, -0.25, ".repeat(31) + "1, 2";
        Path file =
                Files.writeString(folder.resolve("vectors.json"), "{\"1\": [" + hidden + "], \"2\": [" + hidden + "]}");
        Path out = folder.resolve("vector");
        String[] words = {"import", file.toString(), "--model", model.toString(), "--out", out.toString()};
        Refused.with(Call.of(words), "has vectors for [1, 2]; choose the layer to steer with --layer");
        Refused.with(Call.of(Words.of(List.of(words), "--layer", "3")), "has no vector for layer 3; it has [1, 2]");
        Refused.with(Call.of(Words.of(List.of(words), "--layer", "1", "--alpha", "0")), "other than zero");
        Refused.with(Call.of(Words.of(List.of(words), "--dtype", "float16")), "--dtype has no use with --model");
        Refused.with(
                Call.of("import", file.toString(), "--out", out.toString(), "--layer", "1"),
                "name the model it is for");
        assertThat(out).doesNotExist();

        Call call = Call.of(Words.of(List.of(words), "--layer", "1", "--alpha", "-40"));

        assertThat(call.code()).as(call.err()).isZero();
        assertThat(call.err()).contains("other layers in the file are not used: [2]", "wrote the vector at block 1");
        Call inspected = Call.of("inspect", out.toString(), "--json");
        assertThat(inspected.out()).contains("\"alpha\" : -40.0").doesNotContain("\"norm\" : -");
        String question = "What?";
        Call plain = Call.of("chat", model.toString(), "--once", question, "--max-new-tokens", "12");
        Call steered = Call.of(
                "chat", model.toString(), "--adapter", out.toString(), "--once", question, "--max-new-tokens", "12");
        assertThat(steered.code()).as(steered.err()).isZero();
        assertThat(steered.out()).isNotEqualTo(plain.out());
    }

    @Test
    void whatCannotBeImportedIsRefusedInOneSentence() throws IOException {
        Path out = folder.resolve("model");
        Path text = Files.writeString(folder.resolve("text.gguf"), "no model but a text of some length");
        Refused.with(Call.of("import", text.toString(), "--out", out.toString()), "text.gguf", "not a GGUF file");
        Refused.with(Call.of("import", "missing.gguf", "--out", out.toString()), "missing.gguf: no such file");
        Refused.with(Call.of("import", TINY.toString(), "--out", folder.toString()), "exists already");
        Refused.with(
                Call.of("import", TINY.toString(), "--out", out.toString(), "--dtype", "int8"), "int8", "bfloat16");
        Refused.with(Call.of("import", TINY.toString()), "--out");
        assertThat(out).doesNotExist();
    }
}
