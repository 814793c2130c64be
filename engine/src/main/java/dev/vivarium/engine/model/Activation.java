package dev.vivarium.engine.model;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** The activation of the gated MLP, by its Hugging Face name. */
public enum Activation {
    /** x · σ(x) (Elfwing et al. 2017, arXiv 1702.03118). */
    SILU("silu"),
    /** The form of GELU with a hyperbolic tangent (Hendrycks and Gimpel 2016, arXiv 1606.08415, section 2). */
    GELU_PYTORCH_TANH("gelu_pytorch_tanh");

    private final String hubName;

    Activation(String hubName) {
        this.hubName = hubName;
    }

    /** The activation that {@code hidden_act} or {@code hidden_activation} names; empty for one that is not here. */
    static Optional<Activation> of(String hubName) {
        return Arrays.stream(values())
                .filter(activation -> activation.hubName.equals(hubName))
                .findFirst();
    }

    static List<String> names() {
        return Arrays.stream(values()).map(activation -> activation.hubName).toList();
    }

    Tensor apply(Tensor x) {
        return switch (this) {
            case SILU -> torch.silu(x);
            case GELU_PYTORCH_TANH -> torch.gelu(x, "tanh");
        };
    }
}
