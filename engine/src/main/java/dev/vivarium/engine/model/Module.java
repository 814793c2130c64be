package dev.vivarium.engine.model;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Nearest;
import dev.vivarium.engine.base.Printable;
import java.util.Arrays;
import java.util.List;

/** The linear maps of a decoder block, by their Hugging Face names. */
public enum Module {
    Q_PROJ("self_attn.q_proj"),
    K_PROJ("self_attn.k_proj"),
    V_PROJ("self_attn.v_proj"),
    O_PROJ("self_attn.o_proj"),
    GATE_PROJ("mlp.gate_proj"),
    UP_PROJ("mlp.up_proj"),
    DOWN_PROJ("mlp.down_proj");

    private final String path;

    Module(String path) {
        this.path = path;
    }

    /** The path below a block, for example {@code mlp.down_proj}. */
    public String path() {
        return path;
    }

    /** The short name users write, for example {@code down_proj}. */
    public String shortName() {
        return path.substring(path.indexOf('.') + 1);
    }

    /** The full name in a checkpoint without {@code .weight}, for example {@code model.layers.3.mlp.down_proj}. */
    public String fullName(int layer) {
        return "model.layers." + layer + "." + path;
    }

    /** Width of the module's input. */
    public int inputSize(ModelConfig config) {
        return switch (this) {
            case O_PROJ -> config.heads() * config.headDim();
            case DOWN_PROJ -> config.intermediateSize();
            default -> config.hiddenSize();
        };
    }

    /** Width of the module's output. */
    public int outputSize(ModelConfig config) {
        return switch (this) {
            case Q_PROJ -> config.heads() * config.headDim();
            case K_PROJ, V_PROJ -> config.kvHeads() * config.headDim();
            case GATE_PROJ, UP_PROJ -> config.intermediateSize();
            case O_PROJ, DOWN_PROJ -> config.hiddenSize();
        };
    }

    /** The module a user names by its short name ({@code down_proj}) or its path ({@code mlp.down_proj}). */
    public static Module of(String name) {
        for (Module module : values()) {
            if (module.shortName().equals(name) || module.path.equals(name)) {
                return module;
            }
        }
        List<String> names = Arrays.stream(values()).map(Module::shortName).toList();
        String shown = Printable.name(name);
        throw new InputException("target module \"" + shown + "\" is not in the model" + Nearest.hint(shown, names)
                + "; choose from " + String.join(", ", names));
    }
}
