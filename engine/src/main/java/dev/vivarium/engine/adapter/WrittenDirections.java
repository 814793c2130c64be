package dev.vivarium.engine.adapter;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.model.ModelConfig;
import dev.vivarium.engine.model.ModelDirectory;
import dev.vivarium.engine.model.Module;
import dev.vivarium.engine.tensor.Tensors;
import dev.vivarium.engine.weights.WeightFiles;
import java.nio.file.Path;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.T_TensorTensorTensor_T;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** The directions in which a change of weights writes into the residual stream, layer by layer. */
public final class WrittenDirections {
    private WrittenDirections() {}

    /**
     * A direction.
     *
     * @param vector (hidden); its length is that of what is written for an input of length one
     * @param share of the squared norm of the change that writes this way
     */
    public record Written(float[] vector, double share) {}

    /**
     * What a steering vector adds, alpha · v, at its layer.
     *
     * @throws InputException if the adapter is none
     */
    public static SortedMap<Integer, float[]> added(Path directory, ModelConfig config) {
        try (PointerScope scope = new PointerScope()) {
            if (!(AdapterFiles.read(directory, config) instanceof SteeringVector vector)) {
                throw new InputException(directory + ": is no trained steering vector; for a LoRA adapter take its"
                        + " matrix B (way adapter) or the SVD of its change (way svd)");
            }
            SortedMap<Integer, float[]> found = new TreeMap<>();
            found.put(vector.layer(), floats(vector.vector().mul(new Scalar(vector.alpha()))));
            return found;
        }
    }

    /**
     * s · B of a rank-1 adapter, by layer.
     *
     * @param module {@link Module#DOWN_PROJ} or {@link Module#O_PROJ}, which write into the residual stream
     * @throws InputException if the adapter is no LoRA, does not adapt the module, or has another rank there
     */
    public static SortedMap<Integer, float[]> columns(Path directory, ModelConfig config, Module module) {
        try (PointerScope scope = new PointerScope()) {
            SortedMap<Integer, float[]> found = new TreeMap<>();
            pairs(directory, config, module).forEach((layer, pair) -> {
                if (pair.a().size(0) != 1) {
                    throw new InputException(
                            directory + ": has rank " + pair.a().size(0) + " at layer " + layer
                                    + ", so it writes in several directions; take the SVD of its change (way svd)");
                }
                found.put(layer, floats(pair.b().mul(new Scalar(pair.scale())).view(-1)));
            });
            return found;
        }
    }

    /**
     * The first left singular vector of s · B · A, by layer, with the sign that makes its largest value positive.
     *
     * @throws InputException if the adapter is no LoRA or does not adapt the module
     */
    public static SortedMap<Integer, Written> singular(Path directory, ModelConfig config, Module module) {
        try (PointerScope scope = new PointerScope()) {
            SortedMap<Integer, Written> found = new TreeMap<>();
            pairs(directory, config, module).forEach((layer, pair) -> {
                T_TensorTensor_T columns = torch.linalg_qr(pair.b().to(ScalarType.Double));
                T_TensorTensor_T rows =
                        torch.linalg_qr(pair.a().to(ScalarType.Double).t());
                Tensor core = columns.get1().matmul(rows.get1().t()).mul(new Scalar(pair.scale()));
                T_TensorTensorTensor_T svd = torch.linalg_svd(core);
                Tensor left = columns.get0().matmul(svd.get0().narrow(1, 0, 1)).view(-1);
                found.put(layer, written(left, svd.get1()));
            });
            return found;
        }
    }

    /**
     * The same of the change of all weights between two models.
     *
     * @throws InputException if weights are missing or of different shapes
     */
    public static SortedMap<Integer, Written> singular(Path base, Path grown, Module module) {
        ModelConfig config = ModelDirectory.open(base).config();
        requireWriter(config, module);
        SortedMap<Integer, Written> found = new TreeMap<>();
        try (WeightFiles before = WeightFiles.open(base);
                WeightFiles after = WeightFiles.open(grown)) {
            for (int layer = 0; layer < config.layers(); layer++) {
                String name = module.fullName(layer) + ".weight";
                try (PointerScope scope = new PointerScope()) {
                    Tensor change = after.get(name)
                            .to(ScalarType.Double)
                            .sub(before.get(name).to(ScalarType.Double));
                    T_TensorTensor_T eigen = torch.linalg_eigh(change.matmul(change.t()));
                    Tensor values =
                            eigen.get0().clamp_min(new Scalar(0.0)).sqrt().flip(0);
                    if (values.narrow(0, 0, 1).item_double() > 0) {
                        Tensor left = eigen.get1()
                                .narrow(1, config.hiddenSize() - 1L, 1)
                                .reshape(-1);
                        found.put(layer, written(left, values));
                    }
                }
            }
        }
        if (found.isEmpty()) {
            throw new InputException(grown + ": has the same " + module.fullName(0) + " as " + base
                    + " at every layer, so nothing was learnt there; name another module");
        }
        return found;
    }

    private static Written written(Tensor left, Tensor singular) {
        double first = singular.narrow(0, 0, 1).item_double();
        double all = singular.mul(singular).sum().item_double();
        double largest = left.gather(0, left.abs().argmax()).item_double();
        return new Written(floats(left.mul(new Scalar(largest < 0 ? -first : first))), first * first / all);
    }

    private static SortedMap<Integer, LoraAdapter.Pair> pairs(Path directory, ModelConfig config, Module module) {
        requireWriter(config, module);
        if (!(AdapterFiles.read(directory, config) instanceof LoraAdapter lora)) {
            throw new InputException(directory + ": is a steering vector, which has no matrices (way trained)");
        }
        SortedMap<Integer, LoraAdapter.Pair> pairs = new TreeMap<>();
        for (Map.Entry<LoraAdapter.Place, LoraAdapter.Pair> entry : lora.pairs().entrySet()) {
            if (entry.getKey().module() == module) {
                pairs.put(entry.getKey().layer(), entry.getValue());
            }
        }
        if (pairs.isEmpty()) {
            throw new InputException(directory + ": does not adapt " + module.shortName()
                    + "; choose one of the modules that write into the residual stream with --module");
        }
        return pairs;
    }

    private static void requireWriter(ModelConfig config, Module module) {
        if (module != Module.DOWN_PROJ && module != Module.O_PROJ) {
            throw new InputException(
                    module.shortName() + " does not write into the residual stream; choose down_proj or o_proj");
        }
        if (config.style().outputNorms()) {
            throw new InputException(
                    "a model of type " + config.modelType() + " puts a norm behind its modules, so what"
                            + " a matrix writes is no direction of the residual stream; take a mean difference");
        }
    }

    private static float[] floats(Tensor tensor) {
        return Tensors.toFloats(tensor);
    }
}
