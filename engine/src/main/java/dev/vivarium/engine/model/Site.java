package dev.vivarium.engine.model;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Nearest;
import java.util.Arrays;
import java.util.List;

/** The places of a block where activations can be read or changed, by their TransformerLens names. */
public enum Site {
    RESID_PRE("hook_resid_pre"),
    ATTN_OUT("hook_attn_out"),
    RESID_MID("hook_resid_mid"),
    MLP_OUT("hook_mlp_out"),
    RESID_POST("hook_resid_post");

    private final String hookName;

    Site(String hookName) {
        this.hookName = hookName;
    }

    /** The name at a layer, for example {@code blocks.3.hook_resid_post}. */
    public String at(int layer) {
        return "blocks." + layer + "." + hookName;
    }

    /** The name without {@code hook_}, for example {@code resid_post}. */
    public String word() {
        return hookName.substring("hook_".length());
    }

    /**
     * The site of a name, with or without {@code hook_}.
     *
     * @throws InputException if there is none
     */
    public static Site parse(String name) {
        List<String> words = Arrays.stream(values()).map(Site::word).toList();
        int index = words.indexOf(name.startsWith("hook_") ? name.substring("hook_".length()) : name);
        if (index < 0) {
            throw new InputException("there is no site \"" + name + "\"" + Nearest.hint(name, words) + "; there are "
                    + String.join(", ", words));
        }
        return values()[index];
    }
}
