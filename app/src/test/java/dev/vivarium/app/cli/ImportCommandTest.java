package dev.vivarium.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
