package dev.vivarium.engine.adapter;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.model.ModelConfig;
import dev.vivarium.engine.model.Site;
import dev.vivarium.engine.tensor.Tensors;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * One trained vector added to a block's output at every token: h ← h + α · v (protocol.md 1.7).
 *
 * @param layer the block whose {@code hook_resid_post} it acts on
 * @param alpha the factor α, not trained; negative steers the other way
 * @param vector (hidden), trained; zero at first
 */
public record SteeringVector(int layer, double alpha, Tensor vector) implements Adapter {
    static final String NAME = "steering_vector";

    /** An untrained vector of zeros. */
    public static SteeringVector untrained(ModelConfig config, int layer, double alpha) {
        if (!(alpha > 0)) {
            throw new InputException("steering alpha must be positive; it is " + alpha);
        }
        return of(config, layer, alpha, Tensors.zeros(config.hiddenSize()));
    }

    /**
     * A vector for a model.
     *
     * @throws InputException if the model has no such layer or another width, or alpha does nothing
     */
    public static SteeringVector of(ModelConfig config, int layer, double alpha, Tensor vector) {
        if (layer < 0 || layer >= config.layers()) {
            throw new InputException(
                    "steering layer " + layer + " is not in the model; it has layers 0 to " + (config.layers() - 1));
        }
        if (alpha == 0 || Double.isNaN(alpha) || Double.isInfinite(alpha)) {
            throw new InputException("steering alpha must be a number other than zero; it is " + alpha);
        }
        if (vector.dim() != 1 || vector.numel() != config.hiddenSize()) {
            throw new InputException("a steering vector has shape " + Arrays.toString(vector.shape())
                    + " but the model asks for [" + config.hiddenSize() + "]; use the base model it was made for");
        }
        return new SteeringVector(layer, alpha, vector);
    }

    @Override
    public Map<String, Tensor> parameters() {
        return Map.of(NAME, vector);
    }

    @Override
    public SteeringVector withParameters(Map<String, Tensor> parameters) {
        Tensor replaced = parameters.get(NAME);
        if (replaced == null || replaced.numel() != vector.numel()) {
            throw new InputException("tensor \"" + NAME + "\" is missing or has another size than the model");
        }
        return new SteeringVector(layer, alpha, replaced);
    }

    @Override
    public SortedSet<Integer> blocks() {
        return new TreeSet<>(Set.of(layer));
    }

    @Override
    public double norm() {
        try (PointerScope scope = new PointerScope()) {
            return Math.abs(alpha) * vector.detach().norm().item_double();
        }
    }

    @Override
    public Tensor onSite(int at, Site site, Tensor value) {
        if (at != layer || site != Site.RESID_POST) {
            return value;
        }
        return value.add(vector.to(value.scalar_type()), new Scalar(alpha));
    }
}
