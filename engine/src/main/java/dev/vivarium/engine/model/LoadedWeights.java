package dev.vivarium.engine.model;

import dev.vivarium.engine.tensor.PackedWeight;
import dev.vivarium.engine.tensor.Tensors;
import dev.vivarium.engine.weights.WeightFiles;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** A model's weights on their way from files to a decoder: in the mapped file, converted, on a GPU or packed. */
final class LoadedWeights implements AutoCloseable {
    private final WeightFiles files;
    private final Compute compute;
    private final boolean forward;
    private final Map<String, Tensor> tensors = new LinkedHashMap<>();
    private final Map<String, PackedWeight> packed = new LinkedHashMap<>();
    private final List<Tensor> converted = new ArrayList<>();

    /**
     * @param files which end with this
     * @param forward whether the decoder only goes forward, so that weights may be packed
     */
    LoadedWeights(WeightFiles files, Compute compute, boolean forward) {
        this.files = files;
        this.compute = compute;
        this.forward = forward && !compute.device().cuda();
    }

    WeightFiles files() {
        return files;
    }

    /** A decoder over all weights that the files have; it ends with this. */
    Decoder decoder(ModelConfig config) {
        TensorLayout layout = TensorLayout.ofNames(files.names());
        for (String name : ModelShapes.of(config).keySet()) {
            String stored = layout.stored(name);
            if (!files.contains(stored)) {
                continue; // which the decoder names, with those of another shape
            }
            boolean multiplied = !name.equals(ModelShapes.EMBEDDING) || config.tiedEmbeddings();
            if (multiplied && pays(stored)) {
                packed.put(name, files.reading(stored, this::pack));
            } else {
                tensors.put(name, placed(stored));
            }
        }
        String embedding = layout.stored(ModelShapes.EMBEDDING);
        boolean twice = packed.containsKey(ModelShapes.EMBEDDING); // multiplied by, and read
        return Decoder.of(
                config, compute, new DecoderWeights(tensors, packed, twice ? ids -> rows(embedding, ids) : null));
    }

    /** Rows of a packed embedding, from the file, so that it is in memory once. */
    private Tensor rows(String embedding, Tensor ids) {
        Tensor rows = torch.embedding(files.get(embedding), ids).to(type());
        files.unload(embedding);
        return rows;
    }

    private boolean pays(String stored) {
        long[] shape = files.shape(stored);
        return forward && shape.length == 2 && PackedWeight.pays(type(), shape[0], shape[1]);
    }

    private PackedWeight pack(Tensor stored) {
        return PackedWeight.of(stored.to(type()));
    }

    private ScalarType type() {
        return compute.precision().scalarType();
    }

    private Tensor placed(String stored) {
        if (files.type(stored) == type() && !compute.device().cuda()) {
            return files.get(stored);
        }
        try (PointerScope scope = new PointerScope()) {
            Tensor near =
                    files.type(stored) == type() ? files.get(stored) : Tensors.release(files.converted(stored, type()));
            converted.add(Tensors.keep(compute.device().put(near)));
            return converted.getLast();
        }
    }

    @Override
    public void close() {
        packed.values().forEach(PackedWeight::close);
        packed.clear();
        converted.forEach(Tensors::free);
        converted.clear();
        files.close();
    }
}
