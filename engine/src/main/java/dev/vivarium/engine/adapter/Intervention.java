package dev.vivarium.engine.adapter;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.model.ForwardHooks;
import dev.vivarium.engine.model.ModelConfig;
import dev.vivarium.engine.model.Site;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A change of activations as data: where (layers, site) and what; it acts at all positions of all rows.
 *
 * @param layers blocks it acts on; at least one
 * @param operation what happens to each activation h
 */
public record Intervention(List<Integer> layers, Site site, Operation operation) {

    /** What happens to an activation h (protocol.md App. A (13)). */
    public sealed interface Operation {
        /** h ← h + λ v; {@code vector} (hidden). */
        record Add(Tensor vector, double lambda) implements Operation {}

        /** h ← h − v̂ (v̂ · h); {@code vector} (hidden) of any length above zero. */
        record Ablate(Tensor vector) implements Operation {}
    }

    public Intervention {
        layers = List.copyOf(layers);
        if (layers.isEmpty()) {
            throw new InputException("an intervention names no layer, so it would touch nothing; name at least one");
        }
    }

    /** Hooks for a model; refused where they would touch nothing. */
    public ForwardHooks hooks(ModelConfig config) {
        for (int layer : layers) {
            if (layer < 0 || layer >= config.layers()) {
                throw new InputException("an intervention names layer " + layer + " but the model has layers 0 to "
                        + (config.layers() - 1));
            }
        }
        return new ForwardHooks() {
            @Override
            public Tensor onSite(int layer, Site at, Tensor value) {
                return at == site && layers.contains(layer) ? apply(value) : value;
            }
        };
    }

    private Tensor apply(Tensor value) {
        return switch (operation) {
            case Operation.Add add -> value.add(add.vector().to(value.scalar_type()), new Scalar(add.lambda()));
            case Operation.Ablate ablate -> {
                Tensor unit = ablate.vector().div(ablate.vector().norm());
                // in float32, so that the direction is gone to the last digit of the value's own format
                Tensor wide = value.to(ScalarType.Float);
                yield wide.sub(wide.matmul(unit).unsqueeze(-1).mul(unit)).to(value.scalar_type());
            }
        };
    }
}
