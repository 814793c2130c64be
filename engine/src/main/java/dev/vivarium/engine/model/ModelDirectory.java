package dev.vivarium.engine.model;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vivarium.engine.base.Hashes;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Json;
import dev.vivarium.engine.weights.WeightFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A Hugging Face model directory: the one model format.
 *
 * @param path the directory
 * @param config its {@code config.json}, with the end tokens of {@code generation_config.json} where it names any
 */
public record ModelDirectory(Path path, ModelConfig config) {
    private static final List<String> FLOATS = List.of("F32", "F16", "BF16", "F64");
    private static final Pattern PART = Pattern.compile("^(?:model\\.)?([^.]*).*");
    private static final Pattern BLOCK = Pattern.compile("model\\.layers\\.(\\d{1,6})\\.");

    /** Opens a directory; reads the configuration only. */
    public static ModelDirectory open(Path directory) {
        if (!Files.isDirectory(directory)) {
            throw new InputException(directory + ": no such model directory; give a folder with config.json, "
                    + "tokenizer.json and model.safetensors");
        }
        return new ModelDirectory(directory, ConfigReader.read(directory));
    }

    /**
     * Reads the headers of the weight files and compares them with the configuration: what {@link #load} would refuse is
     * refused here, before a caller has begun to write anything.
     *
     * @throws InputException if a file is missing or torn, or a tensor is missing, superfluous, or of another shape or
     *     type
     */
    public void checkWeights() {
        try (WeightFiles files = WeightFiles.open(path)) {
            TensorLayout layout = TensorLayout.ofNames(files.names());
            ModelShapes.of(config).forEach((canonical, shape) -> {
                String name = layout.stored(canonical);
                if (!files.contains(name)) {
                    throw misfit(name, "is missing");
                }
                if (!Arrays.equals(files.shape(name), shape)) {
                    throw misfit(
                            name,
                            "has shape " + Arrays.toString(files.shape(name)) + " but config.json asks for "
                                    + Arrays.toString(shape));
                }
                if (!FLOATS.contains(files.dtype(name))) {
                    throw misfit(name, "has type " + files.dtype(name) + ", not one of " + String.join(", ", FLOATS));
                }
            });
            for (String name : files.names()) {
                Matcher block = BLOCK.matcher(layout.covers(name) ? layout.name(name) : "");
                if (block.lookingAt() && Integer.parseInt(block.group(1)) >= config.layers()) {
                    throw misfit(
                            name,
                            "belongs to a block that config.json, with num_hidden_layers " + config.layers()
                                    + ", does not have");
                }
            }
        }
    }

    /**
     * What of the weight files is not used, in plain sentences: other parts of a model with several, and tensors that the
     * computation does not need.
     *
     * @throws InputException if a file is missing or torn
     */
    public List<String> remarks() {
        List<String> remarks = new ArrayList<>();
        try (WeightFiles files = WeightFiles.open(path)) {
            TensorLayout layout = TensorLayout.ofNames(files.names());
            Set<String> used = ModelShapes.of(config).keySet();
            SortedMap<String, Integer> parts = new TreeMap<>();
            List<String> unused = new ArrayList<>();
            for (String name : files.names()) {
                if (!layout.covers(name)) {
                    parts.merge(PART.matcher(name).replaceFirst("$1"), 1, Integer::sum);
                } else if (!used.contains(layout.name(name))) {
                    unused.add(name);
                }
            }
            if (!parts.isEmpty()) {
                int count = parts.values().stream().mapToInt(Integer::intValue).sum();
                remarks.add(path + ": " + count + " tensors beside the language model are not loaded ("
                        + parts.entrySet().stream()
                                .map(part -> part.getValue() + " of " + part.getKey())
                                .collect(Collectors.joining(", "))
                        + ")");
            }
            if (!unused.isEmpty()) {
                remarks.add(path + ": "
                        + (unused.size() == 1
                                ? "1 tensor of the language model is not used: "
                                : unused.size() + " tensors of the language model are not used, for example ")
                        + unused.getFirst());
            }
        }
        return remarks;
    }

    private InputException misfit(String tensor, String fault) {
        return new InputException(
                path + ": tensor \"" + tensor + "\" " + fault + "; take config.json and weights from the same model");
    }

    /** A decoder that computes in float32 on the processor, whatever the files hold. */
    public LoadedModel load() {
        return load(Compute.FLOAT32);
    }

    /**
     * A decoder over the weights in a number format and at a place; {@link LoadedModel#close} gives the memory back.
     *
     * <p>For the processor, weights stored in that format stay in the mapped file; others are converted into memory of their
     * own.
     *
     * @throws InputException if a file is missing or torn, or the device is not there
     */
    public LoadedModel load(Compute compute) {
        return load(compute, false);
    }

    /**
     * The same for a decoder that only goes forward: weights that are multiplied faster so are packed ({@link
     * dev.vivarium.engine.tensor.PackedWeight}), in place of those in the file.
     */
    public LoadedModel loadForward(Compute compute) {
        return load(compute, true);
    }

    private LoadedModel load(Compute compute, boolean forward) {
        compute.device().require();
        LoadedWeights weights = new LoadedWeights(WeightFiles.open(path), compute, forward);
        try {
            return new LoadedModel(weights.decoder(config), weights);
        } catch (RuntimeException e) {
            weights.close();
            throw e instanceof InputException ? new InputException(path + ": " + e.getMessage(), e) : e;
        }
    }

    /**
     * The {@code config.json} of a directory with the decoder's tensors under their names here: a copy of this one's, or
     * where the decoder is part of a larger model, that of the language model alone.
     */
    public ObjectNode decoderConfig() {
        ObjectNode whole = (ObjectNode) Json.read(path.resolve("config.json"));
        if (!config.isPart()) {
            return whole;
        }
        ObjectNode own = whole.withObject("text_config").deepCopy();
        own.put("model_type", "gemma3_text");
        own.putArray("architectures").add("Gemma3ForCausalLM");
        for (String key : List.of("eos_token_id", "tie_word_embeddings", "dtype", "torch_dtype")) {
            if (whole.hasNonNull(key)) {
                own.set(key, whole.get(key));
            }
        }
        return own;
    }

    /** SHA-256 by file name of everything here that decides what the model says: weights, configuration, tokenizer. */
    public SortedMap<String, String> hashes() throws IOException {
        SortedMap<String, String> hashes = new TreeMap<>();
        try (Stream<Path> children = Files.list(path)) {
            for (Path child : children.filter(Files::isRegularFile).toList()) {
                String name = child.getFileName().toString();
                if (name.endsWith(".json") || name.endsWith(".safetensors") || name.endsWith(".jinja")) {
                    hashes.put(name, Hashes.sha256(child));
                }
            }
        }
        return hashes;
    }

    /** A decoder with the weights that it stands on; a second {@link #close} does nothing. */
    public static final class LoadedModel implements AutoCloseable {
        private final Decoder decoder;
        private final LoadedWeights weights;

        private LoadedModel(Decoder decoder, LoadedWeights weights) {
            this.decoder = decoder;
            this.weights = weights;
        }

        public Decoder decoder() {
            return decoder;
        }

        /** What weights that were neither converted nor packed are mapped from. */
        WeightFiles files() {
            return weights.files();
        }

        @Override
        public void close() {
            decoder.free();
            weights.close();
        }
    }
}
