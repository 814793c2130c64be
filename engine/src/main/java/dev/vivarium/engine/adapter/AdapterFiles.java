package dev.vivarium.engine.adapter;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Json;
import dev.vivarium.engine.base.Printable;
import dev.vivarium.engine.model.ModelConfig;
import dev.vivarium.engine.model.Module;
import dev.vivarium.engine.model.TensorLayout;
import dev.vivarium.engine.tensor.Tensors;
import dev.vivarium.engine.weights.SafetensorsWriter;
import dev.vivarium.engine.weights.WeightFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Adapters on disk: a PEFT LoRA directory exactly as PEFT reads and writes it, or a steering vector beside it.
 *
 * <p>A directory holds {@code adapter_config.json} and {@code adapter_model.safetensors}; tensor names are
 * {@code base_model.model.} and the name of the module in the base model, in any {@link TensorLayout}. What the
 * forward pass cannot do is refused by name ({@link PeftConfig}). A steering vector has {@code adapter_type:
 * steering_vector} in its configuration (protocol.md 1.7).
 */
public final class AdapterFiles {
    public static final String CONFIG = PeftConfig.FILE;
    public static final String WEIGHTS = "adapter_model.safetensors";
    private static final String PREFIX = "base_model.model.";
    static final String STEERING = "steering_vector";
    static final String POSITIONS = "positions"; // not in released files, whose vectors act at all tokens
    private static final Set<String> FLOATS = Set.of("F32", "F16", "BF16", "F64");

    /** Real files have a few thousand bytes, or a hundred thousand where they name every module. */
    private static final long MAX_CONFIG_BYTES = 500_000;

    private AdapterFiles() {}

    /** Whether a directory looks like an adapter. */
    public static boolean isAdapter(Path directory) {
        return Files.isRegularFile(directory.resolve(CONFIG));
    }

    /**
     * Reads an adapter for a model; its tensors are float32 copies that outlive the files.
     *
     * @throws InputException if the directory is not an adapter, does not fit the model, or does nothing (norm zero)
     */
    public static Adapter read(Path directory, ModelConfig model) {
        if (!Files.isDirectory(directory)) {
            throw new InputException(directory + ": no such adapter directory");
        }
        JsonNode json = config(directory);
        try (WeightFiles files = WeightFiles.open(directory.resolve(WEIGHTS))) {
            Adapter adapter = json.path("adapter_type").asText("").equals(STEERING)
                    ? steering(json, files, model)
                    : lora(json, files, model);
            double norm = adapter.norm();
            if (norm == 0) {
                throw new InputException("its norm is zero, so it would change nothing");
            }
            if (!Double.isFinite(norm)) {
                throw new InputException("its norm is " + norm + ", so answers would be no numbers");
            }
            return adapter;
        } catch (InputException e) {
            throw new InputException(directory + ": " + e.getMessage(), e);
        }
    }

    /** The configuration of an adapter directory. */
    static JsonNode config(Path directory) {
        Path file = directory.resolve(CONFIG);
        JsonNode json = Json.read(file, MAX_CONFIG_BYTES);
        if (!json.isObject()) {
            throw new InputException(file + ": expected a JSON object");
        }
        return json;
    }

    /**
     * Makes sure that an adapter can be read for a model.
     *
     * @throws InputException as {@link #read}
     */
    public static void check(Path directory, ModelConfig model) {
        try (PointerScope scope = new PointerScope()) {
            read(directory, model);
        }
    }

    /**
     * What of an adapter is not used, in plain sentences: tensors in other parts of a model than its language model, such as
     * a vision tower, which no text goes through, and patterns that are about nothing.
     */
    public static List<String> remarks(Path directory, ModelConfig model) {
        List<String> remarks = new ArrayList<>();
        try (WeightFiles files = WeightFiles.open(directory.resolve(WEIGHTS))) {
            TensorLayout layout = layout(files);
            long others = files.names().stream()
                    .filter(name -> name.startsWith(PREFIX) && !layout.covers(name.substring(PREFIX.length())))
                    .count();
            if (model.isPart() && others > 0) {
                remarks.add(directory + ": " + others + " adapter tensors beside the language model are not used");
            }
            List<String> modules = files.names().stream()
                    .filter(name -> name.startsWith(PREFIX) && name.endsWith(LoraAdapter.A_SUFFIX))
                    .map(name -> name.substring(PREFIX.length(), name.length() - LoraAdapter.A_SUFFIX.length()))
                    .toList();
            LoraPatterns.of(Json.read(directory.resolve(CONFIG)))
                    .idle(modules)
                    .forEach(pattern -> remarks.add(directory + ": the pattern \"" + pattern
                            + "\" is the first for no adapted module and has no effect"));
        }
        return remarks;
    }

    /**
     * Writes the two files into an existing directory.
     *
     * @param model the base model; where it is part of another, tensors get the names that PEFT gives them there
     * @param baseModel what {@code base_model_name_or_path} says
     */
    public static void write(Path directory, Adapter adapter, ModelConfig model, String baseModel) throws IOException {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        Map<String, String> metadata = new LinkedHashMap<>();
        switch (adapter) {
            case LoraAdapter lora -> {
                TensorLayout layout = TensorLayout.ofModules(model);
                lora.parameters().forEach((name, tensor) -> tensors.put(PREFIX + layout.stored(name), tensor));
                ObjectNode json = PeftConfig.write(lora.settings(), layout, baseModel);
                if (model.isPart()) {
                    // the names of the target modules occur in the vision tower too
                    json.put("exclude_modules", ".*vision_tower.*");
                }
                Json.write(directory.resolve(CONFIG), json);
            }
            case SteeringVector vector -> {
                tensors.put(STEERING, vector.vector());
                ObjectNode json = Json.mapper().createObjectNode();
                json.put("adapter_type", STEERING);
                json.put("layer_idx", vector.layer());
                json.put("alpha", vector.alpha());
                if (!vector.positions().equals(Positions.ALL)) {
                    json.put(POSITIONS, vector.positions().toString());
                }
                json.put("hidden_size", vector.vector().numel());
                json.put("base_model_name_or_path", baseModel);
                Json.write(directory.resolve(CONFIG), json);
                // so that the weights can be told from others without the configuration
                json.properties()
                        .forEach(entry ->
                                metadata.put(entry.getKey(), entry.getValue().asText()));
            }
        }
        SafetensorsWriter.write(directory.resolve(WEIGHTS), tensors, metadata);
    }

    /**
     * Writes a steering vector that is given by its values into an existing directory.
     *
     * @return L2 norm of what is added
     * @throws InputException if it does not fit the model or does nothing
     */
    public static double writeVector(
            Path directory, ModelConfig model, int layer, double alpha, float[] values, String baseModel)
            throws IOException {
        try (PointerScope scope = new PointerScope()) {
            SteeringVector vector =
                    SteeringVector.of(model, layer, alpha, Positions.ALL, Tensors.floats(values, values.length));
            if (!(vector.norm() > 0)) {
                throw new InputException("the norm of the vector is zero, so it would change nothing");
            }
            write(directory, vector, model, baseModel);
            return vector.norm();
        }
    }

    private static SteeringVector steering(JsonNode json, WeightFiles files, ModelConfig model) {
        if (!files.names().contains(STEERING)) {
            throw new InputException(WEIGHTS + " has no tensor \"" + STEERING + "\"");
        }
        int layer = PeftConfig.whole(json, "layer_idx");
        double alpha = PeftConfig.number(json, "alpha");
        return SteeringVector.of(model, layer, alpha, positions(json), copy(files, STEERING));
    }

    /** The tokens that a steering vector's configuration names. */
    static Positions positions(JsonNode json) {
        JsonNode word = json.path(POSITIONS);
        return word.isMissingNode() ? Positions.ALL : Positions.parse(word.asText());
    }

    private static LoraAdapter lora(JsonNode json, WeightFiles files, ModelConfig model) {
        Map<String, Tensor> tensors = tensors(files, model);
        LoraSettings settings = PeftConfig.settings(json, tensors.keySet());
        return LoraAdapter.of(model, withPatterns(settings, json, layout(files), model), tensors);
    }

    /** Patterns speak of modules as the base model names them, which is what the file's tensors are named after. */
    private static LoraSettings withPatterns(
            LoraSettings settings, JsonNode json, TensorLayout layout, ModelConfig model) {
        LoraPatterns patterns = LoraPatterns.of(json);
        Map<String, LoraSettings.Strength> exceptions = new LinkedHashMap<>();
        for (int layer : settings.layers(model.layers())) {
            for (Module module : settings.orderedModules()) {
                String name = module.fullName(layer);
                LoraSettings.Strength strength = patterns.of(layout.stored(name), settings.usual());
                if (!strength.equals(settings.usual())) {
                    exceptions.put(name, strength);
                }
            }
        }
        return new LoraSettings(
                settings.r(),
                settings.alpha(),
                settings.useRslora(),
                settings.targetModules(),
                settings.layersToTransform(),
                exceptions);
    }

    private static TensorLayout layout(WeightFiles files) {
        return TensorLayout.ofNames(files.names().stream()
                .filter(name -> name.startsWith(PREFIX))
                .map(name -> name.substring(PREFIX.length()))
                .collect(Collectors.toSet()));
    }

    private static Map<String, Tensor> tensors(WeightFiles files, ModelConfig model) {
        TensorLayout layout = layout(files);
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (String name : files.names()) {
            if (!name.startsWith(PREFIX)) {
                throw new InputException(
                        WEIGHTS + ": tensor \"" + Printable.name(name) + "\" does not start with " + PREFIX);
            }
            String stored = name.substring(PREFIX.length());
            if (layout.covers(stored)) {
                tensors.put(layout.name(stored), copy(files, name));
            } else if (!model.isPart()) {
                tensors.put(stored, copy(files, name));
            }
        }
        return tensors;
    }

    private static Tensor copy(WeightFiles files, String name) {
        boolean vast = Arrays.stream(files.shape(name)).anyMatch(size -> size > Integer.MAX_VALUE);
        if (vast || !FLOATS.contains(files.dtype(name))) {
            throw new InputException(WEIGHTS + ": tensor \"" + Printable.name(name) + "\" has type " + files.dtype(name)
                    + " and shape " + Arrays.toString(files.shape(name)) + ", which no adapter has");
        }
        return files.get(name).to(ScalarType.Float).clone();
    }
}
