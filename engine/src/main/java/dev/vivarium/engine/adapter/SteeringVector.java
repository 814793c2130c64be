package dev.vivarium.engine.adapter;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.model.ForwardHooks;
import dev.vivarium.engine.model.ModelConfig;
import dev.vivarium.engine.model.Site;
import dev.vivarium.engine.tensor.Device;
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
 * One trained vector added to a block's output: h ← h + α · v (protocol.md 1.7), there at every token. At chosen tokens it
 * follows the hook contract (App. B).
 *
 * @param layer the block whose {@code hook_resid_post} it acts on
 * @param alpha the factor α, not trained; negative steers the other way
 * @param positions the tokens it is added at
 * @param vector (hidden), trained; zero at first
 */
public record SteeringVector(int layer, double alpha, Positions positions, Tensor vector) implements Adapter {
    static final String NAME = "steering_vector";

    /** An untrained vector of zeros. */
    public static SteeringVector untrained(ModelConfig config, int layer, double alpha, Positions positions) {
        if (!(alpha > 0)) {
            throw new InputException("steering alpha must be positive; it is " + alpha);
        }
        return of(config, layer, alpha, positions, Tensors.zeros(config.hiddenSize()));
    }

    /**
     * A vector for a model.
     *
     * @throws InputException if the model has no such layer or another width, or alpha does nothing
     */
    public static SteeringVector of(ModelConfig config, int layer, double alpha, Positions positions, Tensor vector) {
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
        return new SteeringVector(layer, alpha, positions, vector);
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
        return new SteeringVector(layer, alpha, positions, replaced);
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
        if (!positions.equals(Positions.ALL)) {
            throw new IllegalStateException("rows of a pass have prompts of their own; use forRows");
        }
        return added(at, site, value, vector);
    }

    @Override
    public ForwardHooks forRows(int[][] offsets, Device device) {
        if (positions.equals(Positions.ALL)) {
            return this;
        }
        // a token that it does not act at is multiplied by zero, so that rows of all kinds take one product
        Tensor there = vector.mul(device.put(positions.mask(offsets)));
        return new ForwardHooks() {
            @Override
            public Tensor onSite(int at, Site site, Tensor value) {
                return added(at, site, value, there);
            }
        };
    }

    private Tensor added(int at, Site site, Tensor value, Tensor what) {
        return at == layer && site == Site.RESID_POST
                ? value.add(what.to(value.scalar_type()), new Scalar(alpha))
                : value;
    }
}
