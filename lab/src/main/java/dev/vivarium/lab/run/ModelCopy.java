package dev.vivarium.lab.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vivarium.engine.base.Json;
import dev.vivarium.engine.model.ModelDirectory;
import dev.vivarium.engine.train.Trainer;
import dev.vivarium.engine.weights.SafetensorsWriter;
import dev.vivarium.engine.weights.WeightFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A model directory with new weights: the base's small files and one safetensors file in float32. Of a model with several
 * parts it is the language model alone.
 */
final class ModelCopy {
    private static final String CONFIG = "config.json";
    private static final List<String> SMALL_FILES = List.of(
            "generation_config.json",
            "tokenizer.json",
            "tokenizer_config.json",
            "special_tokens_map.json",
            "added_tokens.json",
            "vocab.json",
            "merges.txt",
            "chat_template.jinja",
            "chat_template.json");

    private ModelCopy() {}

    static void write(Path directory, Path base, Trainer trainer) throws IOException {
        smallFiles(directory, base);
        ObjectNode config = ModelDirectory.open(base).decoderConfig();
        name(config, "float32");
        config(directory, config);
        SafetensorsWriter.write(directory.resolve(WeightFiles.SINGLE_FILE), trainer.parameters(), Map.of());
    }

    /** Copies what belongs to the tokenizer and to sampling. */
    static void smallFiles(Path directory, Path base) throws IOException {
        for (String name : SMALL_FILES) {
            if (Files.isRegularFile(base.resolve(name))) {
                Files.copy(base.resolve(name), directory.resolve(name));
            }
        }
    }

    /** States the weights' type: transformers loads in the type that the configuration names, whatever the file holds. */
    static void name(ObjectNode config, String dtype) {
        for (String key : List.of("dtype", "torch_dtype")) {
            if (config.has(key)) {
                config.put(key, dtype);
            }
        }
    }

    static void config(Path directory, ObjectNode config) throws IOException {
        Json.write(directory.resolve(CONFIG), config);
    }
}
