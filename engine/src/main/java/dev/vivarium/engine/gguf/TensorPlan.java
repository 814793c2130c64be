package dev.vivarium.engine.gguf;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Printable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Which tensor of a file becomes which of a model directory, and what has to be undone on the way. */
final class TensorPlan {
    static final String EMBEDDING = "token_embd.weight";
    static final String HEAD = "output.weight";

    /** Factors of the rotary frequencies, which a configuration states by a rule instead. */
    static final String ROPE_FACTORS = "rope_freqs.weight";

    private final GgufFile file;
    private final Architecture architecture;
    private final Shape shape;
    private final List<Item> items = new ArrayList<>();
    private final Set<String> taken = new HashSet<>(Set.of(ROPE_FACTORS));

    /**
     * One tensor on its way.
     *
     * @param name in the model directory
     * @param shape there: (rows, columns) or (values)
     * @param rows of the source, as {@link TensorCopy} walks it
     * @param pairedHeads heads whose rows lie in pairs and are brought apart; 0 for none
     * @param shift added to every value
     */
    record Item(TensorInfo source, String name, long[] shape, int rows, int columns, int pairedHeads, float shift) {}

    private TensorPlan(GgufFile file, Architecture architecture, Shape shape) {
        this.file = file;
        this.architecture = architecture;
        this.shape = shape;
    }

    /** @throws InputException if a tensor is missing, of another shape than the metadata says, or has no place */
    static List<Item> of(GgufFile file, Architecture architecture, Shape shape) {
        TensorPlan plan = new TensorPlan(file, architecture, shape);
        plan.matrix(EMBEDDING, "model.embed_tokens.weight", shape.vocabulary(), shape.hidden(), 0);
        for (int layer = 0; layer < shape.layers(); layer++) {
            plan.block("blk." + layer + ".", "model.layers." + layer + ".");
        }
        plan.norm("output_norm.weight", "model.norm.weight", shape.hidden());
        if (!shape.tied()) {
            plan.matrix(HEAD, "lm_head.weight", shape.vocabulary(), shape.hidden(), 0);
        }
        plan.refuseLeftOver();
        return plan.items;
    }

    private void block(String from, String to) {
        int hidden = shape.hidden();
        norm(from + "attn_norm.weight", to + "input_layernorm.weight", hidden);
        linear(from + "attn_q", to + "self_attn.q_proj", shape.queryWidth(), hidden, shape.heads(), true);
        linear(from + "attn_k", to + "self_attn.k_proj", shape.keyWidth(), hidden, shape.kvHeads(), true);
        linear(from + "attn_v", to + "self_attn.v_proj", shape.keyWidth(), hidden, 0, true);
        linear(from + "attn_output", to + "self_attn.o_proj", hidden, shape.queryWidth(), 0, false);
        if (architecture.qkNorm()) {
            norm(from + "attn_q_norm.weight", to + "self_attn.q_norm.weight", shape.headDim());
            norm(from + "attn_k_norm.weight", to + "self_attn.k_norm.weight", shape.headDim());
        }
        if (architecture.gemma()) {
            norm(from + "post_attention_norm.weight", to + "post_attention_layernorm.weight", hidden);
            norm(from + "ffn_norm.weight", to + "pre_feedforward_layernorm.weight", hidden);
            norm(from + "post_ffw_norm.weight", to + "post_feedforward_layernorm.weight", hidden);
        } else {
            norm(from + "ffn_norm.weight", to + "post_attention_layernorm.weight", hidden);
        }
        matrix(from + "ffn_gate.weight", to + "mlp.gate_proj.weight", shape.intermediate(), hidden, 0);
        matrix(from + "ffn_up.weight", to + "mlp.up_proj.weight", shape.intermediate(), hidden, 0);
        matrix(from + "ffn_down.weight", to + "mlp.down_proj.weight", hidden, shape.intermediate(), 0);
    }

    private void linear(String from, String to, long rows, long columns, int heads, boolean qkv) {
        int paired = architecture.pairedRope() ? heads : 0;
        matrix(from + ".weight", to + ".weight", rows, columns, paired);
        boolean biased = switch (architecture.biases()) {
            case NONE -> false;
            case QKV -> qkv;
            case ALL_OR_NONE -> shape.biases();
        };
        if (biased) {
            add(from + ".bias", to + ".bias", new long[] {rows}, rows, 1, paired, 0);
        }
    }

    private void matrix(String from, String to, long rows, long columns, int pairedHeads) {
        add(from, to, new long[] {rows, columns}, rows, columns, pairedHeads, 0);
    }

    private void norm(String from, String to, int size) {
        add(from, to, new long[] {size}, 1, size, 0, architecture.gemma() ? -1 : 0);
    }

    private void add(String from, String to, long[] shaped, long rows, long columns, int pairedHeads, float shift) {
        TensorInfo source = file.tensors().get(from);
        if (source == null) {
            throw new InputException(file.path() + ": tensor \"" + from + "\" is missing; the file is no whole "
                    + architecture.name() + " model, take another conversion");
        }
        long[] expected = Arrays.stream(shaped).boxed().toList().reversed().stream()
                .mapToLong(Long::longValue)
                .toArray();
        if (!Arrays.equals(source.dims(), expected)) {
            throw new InputException(file.path() + ": tensor \"" + from + "\" has shape " + source.shape()
                    + " but the metadata asks for " + Arrays.toString(shaped) + "; the file is malformed");
        }
        taken.add(from);
        items.add(new Item(source, to, shaped, Math.toIntExact(rows), Math.toIntExact(columns), pairedHeads, shift));
    }

    /** A tensor that has no place would be missing from the computation without a sign. */
    private void refuseLeftOver() {
        for (String name : file.tensors().keySet()) {
            if (!taken.contains(name)) {
                throw new InputException(file.path() + ": tensor \"" + Printable.name(name) + "\" has no place in a "
                        + architecture.name() + " model with " + shape.layers()
                        + " blocks; such a model is not supported");
            }
        }
    }
}
