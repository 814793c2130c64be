package dev.vivarium.engine.model;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.tensor.Tensors;
import dev.vivarium.engine.weights.WeightFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A Hugging Face model directory: the one model format.
 *
 * @param path the directory
 * @param config its {@code config.json}, with the end tokens of {@code generation_config.json} where it names any
 */
public record ModelDirectory(Path path, ModelConfig config) {

    /** Opens a directory; reads the configuration only. */
    public static ModelDirectory open(Path directory) {
        if (!Files.isDirectory(directory)) {
            throw new InputException(directory + ": no such model directory; give a folder with config.json, "
                    + "tokenizer.json and model.safetensors");
        }
        return new ModelDirectory(directory, ConfigReader.read(directory));
    }

    /** A decoder that computes in float32, whatever the files hold. */
    public LoadedModel load() {
        return load(Precision.FLOAT32);
    }

    /**
     * A decoder over the weights in a number format; {@link LoadedModel#close} gives the mapping back.
     *
     * <p>Weights stored in that format stay in the mapped file; others are converted into memory of their own.
     */
    public LoadedModel load(Precision precision) {
        WeightFiles files = WeightFiles.open(path);
        try {
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            for (String name : ModelShapes.of(config).keySet()) {
                if (files.names().contains(name)) {
                    Tensor stored = files.get(name);
                    ScalarType type = precision.scalarType();
                    tensors.put(name, Tensors.type(stored) == type ? stored : stored.to(type));
                }
            }
            return new LoadedModel(this, Decoder.of(config, tensors), files);
        } catch (InputException e) {
            files.close();
            throw new InputException(path + ": " + e.getMessage(), e);
        } catch (RuntimeException e) {
            files.close();
            throw e;
        }
    }

    /** A decoder and the files its weights are mapped from. */
    public record LoadedModel(ModelDirectory directory, Decoder decoder, WeightFiles files) implements AutoCloseable {
        @Override
        public void close() {
            files.close();
        }
    }
}
