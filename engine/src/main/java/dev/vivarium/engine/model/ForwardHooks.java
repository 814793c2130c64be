package dev.vivarium.engine.model;

import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * What may reach into one forward pass: adapters at linear maps, interventions and captures at sites.
 *
 * <p>Both methods return the value that the pass goes on with; returning the argument changes nothing. They may use
 * autograd and are called in the order of the computation. A hook that wants a tensor after its block has ended keeps it
 * ({@link dev.vivarium.engine.tensor.Tensors#keep}).
 */
public interface ForwardHooks {
    /** Changes nothing. */
    ForwardHooks NONE = new ForwardHooks() {};

    /**
     * Called after each linear map.
     *
     * @param input (rows, tokens, in)
     * @param output (rows, tokens, out), bias included
     */
    default Tensor onLinear(int layer, Module module, Tensor input, Tensor output) {
        return output;
    }

    /**
     * Called at each site.
     *
     * @param value (rows, tokens, hidden)
     */
    default Tensor onSite(int layer, Site site, Tensor value) {
        return value;
    }

    /** Applies several hooks one after the other. */
    static ForwardHooks all(List<? extends ForwardHooks> hooks) {
        if (hooks.isEmpty()) {
            return NONE;
        }
        if (hooks.size() == 1) {
            return hooks.getFirst();
        }
        List<ForwardHooks> chain = List.copyOf(hooks);
        return new ForwardHooks() {
            @Override
            public Tensor onLinear(int layer, Module module, Tensor input, Tensor output) {
                Tensor value = output;
                for (ForwardHooks hook : chain) {
                    value = hook.onLinear(layer, module, input, value);
                }
                return value;
            }

            @Override
            public Tensor onSite(int layer, Site site, Tensor activation) {
                Tensor value = activation;
                for (ForwardHooks hook : chain) {
                    value = hook.onSite(layer, site, value);
                }
                return value;
            }
        };
    }
}
