package dev.vivarium.engine.model;

import java.util.List;
import java.util.Set;

/**
 * How a checkpoint names the tensors of its language model.
 *
 * <p>Here they are always {@code model.…} and {@code lm_head.…}, as in checkpoints that hold nothing else. Where there are
 * other parts, such as a vision tower, transformers before version 5 wrote {@code language_model.model.…} and since then
 * writes {@code model.language_model.…}, which is also what PEFT names modules by.
 *
 * @param body stands for {@code model.}
 * @param head stands for {@code lm_head.}
 */
public record TensorLayout(String body, String head) {
    private static final String BODY = "model.";
    private static final String HEAD = "lm_head.";

    /** A language model alone. */
    public static final TensorLayout ALONE = new TensorLayout(BODY, HEAD);

    /** The language model beside other parts, by the names of the modules. */
    public static final TensorLayout PART = new TensorLayout("model.language_model.", HEAD);

    private static final TensorLayout OLDER_PART = new TensorLayout("language_model.model.", "language_model.lm_head.");
    private static final List<TensorLayout> ALL = List.of(OLDER_PART, PART, ALONE);

    /** The layout of a model's modules, and so of its adapters. */
    public static TensorLayout ofModules(ModelConfig config) {
        return config.isPart() ? PART : ALONE;
    }

    /** The layout of the file or adapter that holds tensors of these names. */
    public static TensorLayout ofNames(Set<String> names) {
        for (TensorLayout layout : ALL) {
            if (names.stream().anyMatch(name -> name.startsWith(layout.body))) {
                return layout;
            }
        }
        return ALONE;
    }

    /** The name in the checkpoint of a tensor of the language model. */
    public String stored(String name) {
        return name.startsWith(BODY) ? body + name.substring(BODY.length()) : head + name.substring(HEAD.length());
    }

    /** Whether a name of the checkpoint is about the language model. */
    public boolean covers(String stored) {
        return stored.startsWith(body) || stored.startsWith(head);
    }

    /** The name here of a tensor that this layout {@link #covers}. */
    public String name(String stored) {
        return stored.startsWith(body)
                ? BODY + stored.substring(body.length())
                : HEAD + stored.substring(head.length());
    }
}
