package dev.vivarium.app.cli;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.gguf.FloatFormat;
import dev.vivarium.engine.gguf.GgufImport;
import dev.vivarium.lab.run.VectorImport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code vivarium import}: a GGUF file becomes a Hugging Face model directory, a vector an adapter directory. */
@Command(
        name = "import",
        description = "Turn a GGUF file into a Hugging Face model directory, or a steering vector into an adapter.",
        footer = {
            "",
            "Examples:",
            "  vivarium import SmolLM2-135M-Instruct.Q4_1.gguf --out models/smollm2",
            "  vivarium import vector.npy --model models/smollm2 --layer 15 --alpha 4 --out vectors/kind",
            "",
            "GGUF versions 2 and 3; architectures llama, qwen2, qwen3 and gemma3; tensors of F32, F16, BF16,",
            "Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q4_K, Q5_K and Q6_K. The directory has config.json,",
            "generation_config.json, tokenizer.json, tokenizer_config.json, chat_template.jinja and",
            "model.safetensors. What of the file had no effect is said on stderr.",
            "",
            "With --model the file holds a steering vector: safetensors with a vector per layer (the last",
            "number of a name is its layer), .npy (one vector, or a row per layer), JSON (a list, or lists by",
            "layer), or a GGUF control vector of llama.cpp. It is added to the output of one block: h + alpha",
            "v."
        })
final class ImportCommand implements Callable<Integer> {
    private final Shell shell;

    /** The number formats, spelt as users spell them. */
    enum Dtype {
        float32,
        bfloat16,
        float16
    }

    @Parameters(paramLabel = "FILE", description = "The GGUF file, or that of a vector.")
    private Path file = Path.of("");

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "Directory to create.")
    private Path out = Path.of("");

    @Option(
            names = "--dtype",
            paramLabel = "TYPE",
            description =
                    "Format of a model's weights: float32, which is exact, bfloat16 or float16; default: float32.")
    private @Nullable Dtype dtype;

    @Option(names = "--model", paramLabel = "DIR|ORG/NAME", description = "FILE is a steering vector for this model.")
    private @Nullable String model;

    @Option(names = "--layer", paramLabel = "N", description = "Block to steer; default: the one the file tells.")
    private @Nullable Integer layer;

    @Option(
            names = "--alpha",
            paramLabel = "A",
            description = "Factor of the vector, negative for the other way; default: 1.")
    private @Nullable Double alpha;

    ImportCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException {
        if (model != null) {
            importVector(model);
        } else {
            importModel();
        }
        return ExitCode.OK;
    }

    private void importVector(String word) throws IOException {
        if (dtype != null) {
            throw new InputException("--dtype has no use with --model, since vectors are always float32; leave it out");
        }
        VectorImport.Report report =
                VectorImport.run(file, shell.models().find(word), layer, alpha == null ? 1 : alpha, out);
        if (!report.unused().isEmpty()) {
            shell.err()
                    .println("note: vectors of other layers in the file are not used: "
                            + report.unused().keySet());
        }
        shell.err()
                .printf(
                        Locale.ROOT,
                        "wrote the vector at block %d, of norm %.4g with its factor, to %s%n",
                        report.layer(),
                        report.norm(),
                        out);
    }

    private void importModel() throws IOException {
        if (layer != null || alpha != null) {
            throw new InputException(
                    "--layer and --alpha are about a steering vector; name the model it is for with" + " --model");
        }
        Dtype chosen = dtype == null ? Dtype.float32 : dtype;
        FloatFormat format = FloatFormat.valueOf(chosen.name().toUpperCase(Locale.ROOT));
        GgufImport.Report report;
        try (Interruption interruption = Interruption.with(shell, "run the same command again")) {
            report = GgufImport.run(file, out, format, interruption.watch(shell.progress()));
        }
        Map<String, Integer> tensors = new TreeMap<>(report.tensors());
        String types = tensors.entrySet().stream()
                .map(entry -> entry.getValue() + " of " + entry.getKey())
                .collect(Collectors.joining(", "));
        report.remarks().forEach(remark -> shell.err().println("note: " + remark));
        shell.err()
                .printf(
                        Locale.ROOT,
                        "wrote the %s model of %,d parameters to %s: %s became %s, %,d MiB%n",
                        report.architecture(),
                        report.parameters(),
                        out,
                        types,
                        chosen,
                        report.bytes() >> 20);
    }
}
