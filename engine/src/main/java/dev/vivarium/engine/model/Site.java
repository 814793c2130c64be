package dev.vivarium.engine.model;

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
}
