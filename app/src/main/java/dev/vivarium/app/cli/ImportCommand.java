package dev.vivarium.app.cli;

import dev.vivarium.engine.gguf.FloatFormat;
import dev.vivarium.engine.gguf.GgufImport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code vivarium import}: a GGUF file becomes a Hugging Face model directory. */
@Command(
        name = "import",
        description = "Turn a GGUF file into a Hugging Face model directory.",
        footer = {
            "",
            "Example:",
            "  vivarium import SmolLM2-135M-Instruct.Q4_1.gguf --out models/smollm2",
            "",
            "GGUF versions 2 and 3; architectures llama, qwen2, qwen3 and gemma3; tensors of F32, F16, BF16,",
            "Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q4_K, Q5_K and Q6_K. The directory has config.json,",
            "generation_config.json, tokenizer.json, tokenizer_config.json, chat_template.jinja and",
            "model.safetensors. What of the file had no effect is said on stderr."
        })
final class ImportCommand implements Callable<Integer> {
    private final Shell shell;

    /** The number formats, spelt as users spell them. */
    enum Dtype {
        float32,
        bfloat16,
        float16
    }

    @Parameters(paramLabel = "FILE", description = "The GGUF file.")
    private Path file = Path.of("");

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "Model directory to create.")
    private Path out = Path.of("");

    @Option(
            names = "--dtype",
            defaultValue = "float32",
            paramLabel = "TYPE",
            description = "Format of the weights: float32, which is exact, bfloat16 or float16; default:"
                    + " ${DEFAULT-VALUE}.")
    private Dtype dtype = Dtype.float32;

    ImportCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException {
        FloatFormat format = FloatFormat.valueOf(dtype.name().toUpperCase(Locale.ROOT));
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
                        dtype,
                        report.bytes() >> 20);
        return ExitCode.OK;
    }
}
