package dev.vivarium.engine.adapter;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Json;
import dev.vivarium.engine.model.ModelConfig;
import dev.vivarium.engine.model.Module;
import dev.vivarium.engine.model.TensorLayout;
import dev.vivarium.engine.weights.SafetensorsWriter;
import dev.vivarium.engine.weights.WeightFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Adapters on disk: a PEFT LoRA directory exactly as PEFT reads and writes it, or a steering vector beside it.
 *
 * <p>A directory holds {@code adapter_config.json} and {@code adapter_model.safetensors}; tensor names are
 * {@code base_model.model.} and the name of the module in the base model, in any {@link TensorLayout}. What the
 * forward pass cannot do (DoRA, modules_to_save, bias) is refused by name. A steering vector has {@code adapter_type: steering_vector} in its configuration (protocol.md 1.7).
 */
public final class AdapterFiles {
    public static final String CONFIG = "adapter_config.json";
    public static final String WEIGHTS = "adapter_model.safetensors";
    private static final String PREFIX = "base_model.model.";
    private static final Pattern PLACE = Pattern.compile("model\\.layers\\.(\\d{1,6})\\.(.+)\\.lora_[AB]\\.weight");
    static final String STEERING = "steering_vector";

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
        Path config = directory.resolve(CONFIG);
        if (!Files.isDirectory(directory)) {
            throw new InputException(directory + ": no such adapter directory");
        }
        JsonNode json = Json.read(config);
        try (WeightFiles files = WeightFiles.open(directory.resolve(WEIGHTS))) {
            Adapter adapter = json.path("adapter_type").asText("").equals(STEERING)
                    ? steering(json, files, model)
                    : lora(json, files, model);
            if (!(adapter.norm() > 0)) {
                throw new InputException("its norm is zero or not a number, so it would change nothing");
            }
            return adapter;
        } catch (InputException e) {
            throw new InputException(directory + ": " + e.getMessage(), e);
        }
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
     * What of an adapter's tensors is not used, in plain sentences: what sits in other parts of a model than its language
     * model, such as a vision tower, which no text goes through.
     */
    public static List<String> remarks(Path directory, ModelConfig model) {
        if (!model.isPart()) {
            return List.of();
        }
        try (WeightFiles files = WeightFiles.open(directory.resolve(WEIGHTS))) {
            TensorLayout layout = layout(files);
            long others = files.names().stream()
                    .filter(name -> name.startsWith(PREFIX) && !layout.covers(name.substring(PREFIX.length())))
                    .count();
            return others == 0
                    ? List.of()
                    : List.of(directory + ": " + others + " adapter tensors beside the language model are not used");
        }
    }

    /**
     * Writes the two files into an existing directory.
     *
     * @param model the base model; where it is part of another, tensors get the names that PEFT gives them there
     * @param baseModel what {@code base_model_name_or_path} says
     */
    public static void write(Path directory, Adapter adapter, ModelConfig model, String baseModel) throws IOException {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        switch (adapter) {
            case LoraAdapter lora -> {
                TensorLayout layout = TensorLayout.ofModules(model);
                lora.parameters().forEach((name, tensor) -> tensors.put(PREFIX + layout.stored(name), tensor));
                ObjectNode json = config(lora.settings(), layout, baseModel);
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
                json.put("hidden_size", vector.vector().numel());
                json.put("base_model_name_or_path", baseModel);
                Json.write(directory.resolve(CONFIG), json);
            }
        }
        SafetensorsWriter.write(directory.resolve(WEIGHTS), tensors, Map.of());
    }

    private static SteeringVector steering(JsonNode json, WeightFiles files, ModelConfig model) {
        if (!files.names().contains(STEERING)) {
            throw new InputException(WEIGHTS + " has no tensor \"" + STEERING + "\"");
        }
        int layer = required(json, "layer_idx").asInt(-1);
        if (layer < 0 || layer >= model.layers()) {
            throw new InputException("layer_idx is " + layer + " but the model has layers 0 to " + (model.layers() - 1)
                    + "; use the base model it was trained on");
        }
        Tensor vector = copy(files.get(STEERING));
        if (vector.dim() != 1 || vector.numel() != model.hiddenSize()) {
            throw new InputException("tensor \"" + STEERING + "\" has shape " + Arrays.toString(vector.shape())
                    + " but the model asks for [" + model.hiddenSize() + "]; use the base model it was trained on");
        }
        return new SteeringVector(layer, required(json, "alpha").asDouble(), vector);
    }

    private static LoraAdapter lora(JsonNode json, WeightFiles files, ModelConfig model) {
        Map<String, Tensor> tensors = tensors(files, model);
        LoraSettings settings = settings(json, tensors.keySet());
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
                throw new InputException(WEIGHTS + ": tensor \"" + name + "\" does not start with " + PREFIX);
            }
            String stored = name.substring(PREFIX.length());
            if (layout.covers(stored)) {
                tensors.put(layout.name(stored), copy(files.get(name)));
            } else if (!model.isPart()) {
                tensors.put(stored, copy(files.get(name)));
            }
        }
        return tensors;
    }

    private static Tensor copy(Tensor mapped) {
        return mapped.to(ScalarType.Float).clone();
    }

    private static LoraSettings settings(JsonNode json, Set<String> tensors) {
        String type = json.path("peft_type").asText("");
        if (!type.equals("LORA")) {
            throw new InputException(CONFIG + ": peft_type \"" + type + "\" is not supported; LORA is");
        }
        refuse(json, "use_dora");
        refuse(json, "lora_bias");
        refuse(json, "fan_in_fan_out");
        for (String key : List.of("modules_to_save", "layer_replication")) {
            if (json.hasNonNull(key) && !json.get(key).isEmpty()) {
                throw new InputException(CONFIG + ": " + key + " is not supported");
            }
        }
        if (!json.path("bias").asText("none").equals("none")) {
            throw new InputException(CONFIG + ": bias \"" + json.get("bias").asText() + "\" is not supported; none is");
        }
        // a pattern over module names has matched already: what it means is what the file holds
        boolean pattern = required(json, "target_modules").isTextual();
        return new LoraSettings(
                required(json, "r").asInt(),
                required(json, "lora_alpha").asDouble(),
                json.path("use_rslora").asBoolean(false),
                pattern ? modules(tensors) : modules(json.get("target_modules")),
                pattern ? layers(tensors) : layers(json.path("layers_to_transform")));
    }

    private static Set<Module> modules(Set<String> tensors) {
        Set<Module> modules = EnumSet.noneOf(Module.class);
        tensors.forEach(name -> modules.add(Module.of(place(name).group(2))));
        return modules;
    }

    private static List<Integer> layers(Set<String> tensors) {
        return tensors.stream()
                .map(name -> Integer.valueOf(place(name).group(1)))
                .distinct()
                .sorted()
                .toList();
    }

    private static Matcher place(String tensor) {
        Matcher place = PLACE.matcher(tensor);
        if (!place.matches()) {
            throw new InputException(WEIGHTS + ": tensor \"" + tensor + "\" is not that of a linear map of a block");
        }
        return place;
    }

    private static Set<Module> modules(JsonNode names) {
        if (!names.isArray()) {
            throw new InputException(CONFIG + ": target_modules must be a list of module names or a pattern");
        }
        Set<Module> modules = EnumSet.noneOf(Module.class);
        names.forEach(name -> modules.add(Module.of(name.asText())));
        return modules;
    }

    private static List<Integer> layers(JsonNode node) {
        List<Integer> layers = new ArrayList<>();
        if (node.isInt()) {
            layers.add(node.intValue());
        } else {
            node.forEach(layer -> layers.add(layer.asInt(-1)));
        }
        return layers;
    }

    private static void refuse(JsonNode json, String key) {
        if (json.path(key).asBoolean(false)) {
            throw new InputException(CONFIG + ": " + key + " is not supported");
        }
    }

    private static JsonNode required(JsonNode json, String key) {
        if (!json.hasNonNull(key)) {
            throw new InputException(CONFIG + ": \"" + key + "\" is missing");
        }
        return json.get(key);
    }

    private static ObjectNode config(LoraSettings settings, TensorLayout layout, String baseModel) {
        ObjectNode json = Json.mapper().createObjectNode();
        json.put("peft_type", "LORA");
        json.put("task_type", "CAUSAL_LM");
        json.put("base_model_name_or_path", baseModel);
        json.putNull("revision");
        json.put("r", settings.r());
        alpha(json, "lora_alpha", settings.alpha());
        json.put("lora_dropout", 0.0);
        json.put("use_rslora", settings.useRslora());
        json.put("use_dora", false);
        json.put("bias", "none");
        json.put("fan_in_fan_out", false);
        json.put("inference_mode", true);
        json.put("init_lora_weights", true);
        ArrayNode modules = json.putArray("target_modules");
        settings.orderedModules().forEach(module -> modules.add(module.shortName()));
        if (settings.layersToTransform().isEmpty()) {
            json.putNull("layers_to_transform");
        } else {
            ArrayNode layers = json.putArray("layers_to_transform");
            settings.layersToTransform().forEach(layers::add);
        }
        json.putNull("layers_pattern");
        json.putNull("modules_to_save");
        ObjectNode ranks = json.putObject("rank_pattern");
        ObjectNode alphas = json.putObject("alpha_pattern");
        settings.exceptions().forEach((module, strength) -> {
            String name = layout.stored(module).replace(".", "\\.");
            if (strength.r() != settings.r()) {
                ranks.put(name, strength.r());
            }
            if (strength.alpha() != settings.alpha()) {
                alpha(alphas, name, strength.alpha());
            }
        });
        return json;
    }

    /** As PEFT writes it: whole where it is. */
    private static void alpha(ObjectNode json, String key, double alpha) {
        if (alpha == Math.rint(alpha)) {
            json.put(key, (long) alpha);
        } else {
            json.put(key, alpha);
        }
    }
}
