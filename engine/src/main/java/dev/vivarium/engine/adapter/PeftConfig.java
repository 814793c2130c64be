package dev.vivarium.engine.adapter;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Json;
import dev.vivarium.engine.base.Printable;
import dev.vivarium.engine.model.Module;
import dev.vivarium.engine.model.TensorLayout;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code adapter_config.json} of PEFT's LoRA, read into {@link LoraSettings} and written from them.
 *
 * <p>What would change the forward pass and is not here (DoRA, modules_to_save and the like) is refused by name.
 */
final class PeftConfig {
    static final String FILE = "adapter_config.json";

    /** Each changes what the adapted model computes wherever it is not null, false or empty. */
    private static final List<String> UNSUPPORTED = List.of(
            "use_dora",
            "lora_bias",
            "fan_in_fan_out",
            "modules_to_save",
            "layer_replication",
            "target_parameters",
            "trainable_token_indices",
            "alora_invocation_tokens",
            "use_qalora",
            "use_bdlora",
            "arrow_config",
            "kasa_config",
            "velora_config",
            "monteclora_config");

    /** Initial values that are taken out of the base model's weights, which are then others than those on disk. */
    private static final List<String> CHANGE_THE_BASE = List.of("pissa", "olora", "corda", "loftq", "lora_ga");

    private static final Pattern PLACE = Pattern.compile("model\\.layers\\.(\\d{1,6})\\.(.+)\\.lora_[AB]\\.weight");

    private PeftConfig() {}

    /** What of a configuration cannot be done here, each with its value. */
    static List<String> unsupported(JsonNode json) {
        List<String> found = new ArrayList<>();
        for (String key : UNSUPPORTED) {
            JsonNode value = json.path(key);
            if (value.isContainerNode() ? !value.isEmpty() : json.hasNonNull(key) && !isFalse(value)) {
                found.add(key + " is not supported here: " + shown(value));
            }
        }
        if (json.hasNonNull("bias") && !json.get("bias").asText().equals("none")) {
            found.add("bias is not supported here: " + shown(json.get("bias")));
        }
        String initial = json.path("init_lora_weights").asText("");
        if (CHANGE_THE_BASE.stream().anyMatch(initial::startsWith)) {
            found.add("init_lora_weights " + shown(json.get("init_lora_weights"))
                    + " changes the weights of the base model too, which is not "
                    + "supported here: save it with path_initial_model_for_weight_conversion");
        }
        return found;
    }

    private static boolean isFalse(JsonNode value) {
        return value.isBoolean() && !value.booleanValue();
    }

    /** @param tensors their names by {@link TensorLayout#name} */
    static LoraSettings settings(JsonNode json, Set<String> tensors) {
        checkType(json);
        List<String> unsupported = unsupported(json);
        if (!unsupported.isEmpty()) {
            throw new InputException(FILE + ": " + unsupported.getFirst());
        }
        // a pattern over module names has matched already: what it means is what the file holds
        boolean pattern = required(json, "target_modules").isTextual();
        List<Integer> layers = pattern ? layers(tensors) : layers(json.path("layers_to_transform"));
        checkLayersPattern(json.path("layers_pattern"), layers);
        return new LoraSettings(
                whole(json, "r"),
                number(json, "lora_alpha"),
                flag(json, "use_rslora"),
                pattern ? modules(tensors) : modules(json.get("target_modules")),
                layers);
    }

    static void checkType(JsonNode json) {
        String type = json.path("peft_type").asText("");
        if (!type.equals("LORA")) {
            throw new InputException(FILE + ": peft_type \"" + Printable.name(type) + "\" is not supported; LORA is");
        }
    }

    /** A whole number that has to be there. */
    static int whole(JsonNode json, String key) {
        JsonNode node = required(json, key);
        if (!node.isInt()) {
            throw new InputException(FILE + ": " + key + " must be a whole number; it is " + shown(node));
        }
        return node.intValue();
    }

    /** A finite number that has to be there. */
    static double number(JsonNode json, String key) {
        JsonNode node = required(json, key);
        if (!node.isNumber() || !Double.isFinite(node.doubleValue())) {
            throw new InputException(FILE + ": " + key + " must be a number; it is " + shown(node));
        }
        return node.doubleValue();
    }

    private static boolean flag(JsonNode json, String key) {
        if (json.hasNonNull(key) && !json.get(key).isBoolean()) {
            throw new InputException(FILE + ": " + key + " must be true or false; it is " + shown(json.get(key)));
        }
        return json.path(key).asBoolean(false);
    }

    /** A value of the file in one short line that steers no terminal. */
    private static String shown(JsonNode node) {
        return Printable.name(node.toString());
    }

    /** Blocks have one name here, {@code model.layers}; a pattern that is about another adapts nothing. */
    private static void checkLayersPattern(JsonNode node, List<Integer> layers) {
        List<String> patterns = new ArrayList<>();
        if (node.isTextual()) {
            patterns.add(node.textValue());
        } else {
            node.forEach(pattern -> patterns.add(pattern.asText()));
        }
        if (patterns.stream().allMatch(String::isEmpty)) {
            return; // PEFT takes this for any name
        }
        if (layers.isEmpty()) {
            throw new InputException(
                    FILE + ": layers_pattern has no use without layers_to_transform; remove it or name the layers");
        }
        String module = Module.DOWN_PROJ.fullName(0);
        for (String pattern : patterns) {
            if (LoraPatterns.compile("layers_pattern", "(?:^|.*?\\.)", pattern, "\\.(\\d+)\\..*")
                    .matches(module)) {
                return;
            }
        }
        throw new InputException(
                FILE + ": layers_pattern " + shown(node) + " matches no block; blocks are called layers here");
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
            throw new InputException(AdapterFiles.WEIGHTS + ": tensor \"" + Printable.name(tensor)
                    + "\" is not that of a linear map of a block");
        }
        return place;
    }

    private static Set<Module> modules(JsonNode names) {
        if (!names.isArray()) {
            throw new InputException(FILE + ": target_modules must be a list of module names or a pattern");
        }
        Set<Module> modules = EnumSet.noneOf(Module.class);
        for (JsonNode name : names) {
            if (!name.isTextual()) {
                throw new InputException(FILE + ": target_modules names " + shown(name) + ", which is no module name");
            }
            modules.add(Module.of(name.textValue()));
        }
        return modules;
    }

    private static List<Integer> layers(JsonNode node) {
        List<Integer> layers = new ArrayList<>();
        if (node.isMissingNode() || node.isNull()) {
            return layers;
        }
        for (JsonNode layer : node.isArray() ? node : List.of(node)) {
            if (!layer.isInt()) {
                throw new InputException(
                        FILE + ": layers_to_transform must be a layer or a list of layers; it is " + shown(node));
            }
            layers.add(layer.intValue());
        }
        return layers;
    }

    static JsonNode required(JsonNode json, String key) {
        if (!json.hasNonNull(key)) {
            throw new InputException(FILE + ": \"" + key + "\" is missing");
        }
        return json.get(key);
    }

    static ObjectNode write(LoraSettings settings, TensorLayout layout, String baseModel) {
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
