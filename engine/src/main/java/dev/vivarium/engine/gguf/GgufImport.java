package dev.vivarium.engine.gguf;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vivarium.engine.base.AtomicFiles;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Json;
import dev.vivarium.engine.base.Progress;
import dev.vivarium.engine.weights.SafetensorsWriter;
import dev.vivarium.engine.weights.WeightFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Turns a GGUF file into a Hugging Face model directory, in one step and without holding the model in memory. */
public final class GgufImport {
    private GgufImport() {}

    /**
     * What was done.
     *
     * @param architecture as the file names it
     * @param parameters values written
     * @param tensors how many tensors the file has of each type, by the type's name
     * @param bytes size of the weights written
     * @param remarks what of the file had no effect and what the directory lacks, one sentence each
     */
    public record Report(
            String architecture, long parameters, Map<String, Integer> tensors, long bytes, List<String> remarks) {
        public Report {
            tensors = Map.copyOf(tensors);
            remarks = List.copyOf(remarks);
        }
    }

    /**
     * Writes {@code config.json}, {@code generation_config.json}, the tokenizer's files and {@code model.safetensors}.
     *
     * @param file GGUF version 2 or 3 of the architectures llama, qwen2, qwen3 or gemma3
     * @param directory must not exist; it appears when everything in it is written
     * @param format of the weights; float32 holds every value of a file exactly
     * @throws InputException if the file is malformed or asks for something that is not supported; nothing is left then
     */
    public static Report run(Path file, Path directory, FloatFormat format, Progress progress) throws IOException {
        if (Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
            throw new InputException(directory + " exists already; choose another name or move it away");
        }
        try (GgufFile gguf = GgufFile.open(file)) {
            return new Work(gguf, format).write(directory, progress);
        }
    }

    /** Does everything of an import but the writing. */
    static void check(Path file) throws IOException {
        try (GgufFile gguf = GgufFile.open(file)) {
            new Work(gguf, FloatFormat.FLOAT32);
        }
    }

    /** One import; everything that can be refused is refused when it is made, before a file is written. */
    private static final class Work {
        private final GgufFile gguf;
        private final FloatFormat format;
        private final Architecture architecture;
        private final Tokens tokens;
        private final TokenizerFiles tokenizer;
        private final ObjectNode config;
        private final ObjectNode generationConfig;
        private final List<TensorPlan.Item> plan;

        Work(GgufFile gguf, FloatFormat format) throws IOException {
            this.gguf = gguf;
            this.format = format;
            GgufMetadata metadata = gguf.metadata();
            refuseParts(metadata);
            this.architecture = Architecture.of(metadata);
            Shape shape = Shape.read(gguf, architecture);
            this.plan = TensorPlan.of(gguf, architecture, shape);
            this.tokens = Tokens.read(metadata, shape.vocabulary());
            SpecialTokens roles = SpecialTokens.read(metadata, tokens.count());
            ConfigFiles files = new ConfigFiles(gguf, architecture, shape);
            this.config = files.config(format, roles);
            this.generationConfig = files.generationConfig(roles);
            this.tokenizer = new TokenizerFiles(
                    metadata,
                    tokens,
                    roles,
                    config.path("max_position_embeddings").intValue());
        }

        private static void refuseParts(GgufMetadata metadata) {
            if (metadata.integer("split.count").orElse(1) > 1) {
                throw new InputException(metadata.where() + ": is one part of a model in several files; join them first"
                        + " with llama-gguf-split --merge");
            }
            String type = metadata.text("general.type").orElse("model");
            if (!type.equals("model")) {
                throw new InputException(
                        metadata.where() + ": holds a GGUF " + type + " and not a model; give the model's own file");
            }
            long version = metadata.integer("general.quantization_version").orElse(2);
            if (version != 2) {
                throw new InputException(metadata.where() + ": general.quantization_version is " + version
                        + ", but only 2 is supported; take a newer conversion of the model");
            }
        }

        Report write(Path directory, Progress progress) throws IOException {
            AtomicFiles.writeDirectory(directory, partial -> {
                Json.write(partial.resolve("config.json"), config);
                Json.write(partial.resolve("generation_config.json"), generationConfig);
                tokenizer.write(partial);
                writeWeights(partial.resolve(WeightFiles.SINGLE_FILE), progress);
            });
            long parameters =
                    plan.stream().mapToLong(item -> item.source().values()).sum();
            return new Report(architecture.name(), parameters, tensors(), parameters * format.bytes(), remarks());
        }

        private void writeWeights(Path file, Progress progress) throws IOException {
            progress.begin("import", plan.size(), "tensors");
            int[] done = {0};
            List<SafetensorsWriter.Part> parts = new ArrayList<>();
            for (TensorPlan.Item item : plan) {
                parts.add(new SafetensorsWriter.Part(item.name(), format.safetensorsName(), item.shape(), out -> {
                    new TensorCopy(gguf, item, format).write(out);
                    progress.at(++done[0], item.name());
                }));
            }
            SafetensorsWriter.write(file, parts, Map.of());
            progress.end(plan.size() + " tensors written");
        }

        private Map<String, Integer> tensors() {
            Map<String, Integer> counts = new TreeMap<>();
            gguf.tensors().values().forEach(tensor -> counts.merge(tensor.type().name(), 1, Integer::sum));
            return counts;
        }

        private List<String> remarks() {
            List<String> remarks = new ArrayList<>();
            String family = architecture.name() + ".";
            List<String> unread = gguf.metadata().unread();
            List<String> shaping =
                    unread.stream().filter(key -> key.startsWith(family)).toList();
            List<String> others =
                    unread.stream().filter(key -> !key.startsWith(family)).toList();
            if (!shaping.isEmpty()) {
                remarks.add("keys of the architecture that are not known and had no effect, so compare the model's"
                        + " answers with those of another program: " + String.join(", ", shaping));
            }
            if (!others.isEmpty()) {
                remarks.add("of the " + gguf.metadata().size() + " metadata keys these had no effect: "
                        + String.join(", ", others));
            }
            if (tokens.unused() > 0) {
                remarks.add("tokens that the file marks as unused and the tokenizer leaves out: " + tokens.unused());
            }
            if (!tokenizer.hasTemplate()) {
                remarks.add("the file has no chat template; put the model's own chat_template.jinja into the directory"
                        + " before you chat with it");
            }
            return remarks;
        }
    }
}
