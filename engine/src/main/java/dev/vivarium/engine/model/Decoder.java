package dev.vivarium.engine.model;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * The forward pass shared by all families: pre-norm blocks of grouped-query attention and a gated MLP.
 *
 * <p>Weights are immutable and may be views of a mapped file or leaves that an optimizer trains; the decoder does not own
 * them; all have one {@link Precision}, which is the decoder's. Block: mid = x + o(attend(q, k, v of norm(x))), out = mid + down(silu(gate(norm(mid))) · up(norm(mid))), with RMS
 * norms computed in float32 (Zhang and Sennrich 2019, arXiv 1910.07467) and rotary positions (Su et al. 2021, arXiv
 * 2104.09864). Several threads may use one instance.
 */
public final class Decoder {
    private static final int FIRST_POSITIONS = 256;

    private final ModelConfig config;
    private final Precision precision;
    private final Map<String, Tensor> tensors;
    private final List<Block> blocks;
    private final Tensor embedding; // (vocab, hidden)
    private final Tensor finalNorm; // (hidden)
    private final Tensor head; // (vocab, hidden)
    private volatile RopeTable rope;

    private record Linear(Tensor weight, @Nullable Tensor bias) {} // (out, in), (out)

    private record Block(
            Tensor inputNorm, // (hidden)
            Tensor postAttentionNorm, // (hidden)
            @Nullable Tensor queryNorm, // (headDim)
            @Nullable Tensor keyNorm, // (headDim)
            List<Linear> linears) {} // by Module.ordinal()

    private Decoder(ModelConfig config, Map<String, Tensor> tensors) {
        this.config = config;
        this.tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
        this.embedding = named(ModelShapes.EMBEDDING);
        this.precision = Precision.of(Tensors.type(embedding));
        tensors.forEach((name, tensor) -> {
            if (Tensors.type(tensor) != precision.scalarType()) {
                throw new IllegalArgumentException("tensor " + name + " is not " + precision + " as the embedding is");
            }
        });
        this.finalNorm = named(ModelShapes.FINAL_NORM);
        this.head = config.tiedEmbeddings() ? embedding : named(ModelShapes.HEAD);
        this.blocks = new ArrayList<>();
        for (int layer = 0; layer < config.layers(); layer++) {
            blocks.add(block(layer));
        }
        this.rope = ropeTable(Math.min(FIRST_POSITIONS, config.maxPositions()));
    }

    /**
     * A decoder over the given tensors, by Hugging Face names; shapes are checked.
     *
     * @throws InputException if a tensor is missing or has another shape than the configuration says
     */
    public static Decoder of(ModelConfig config, Map<String, Tensor> tensors) {
        ModelShapes.of(config).forEach((name, shape) -> {
            Tensor tensor = tensors.get(name);
            if (tensor == null) {
                throw new InputException("tensor \"" + name + "\" is missing; the weights do not fit config.json");
            }
            if (!Arrays.equals(tensor.shape(), shape)) {
                throw new InputException("tensor \"" + name + "\" has shape " + Arrays.toString(tensor.shape())
                        + " but config.json asks for " + Arrays.toString(shape));
            }
        });
        return new Decoder(config, tensors);
    }

    public ModelConfig config() {
        return config;
    }

    /** The number format of weights, activations and logits. */
    public Precision precision() {
        return precision;
    }

    /** All weights by Hugging Face name, in the order of the computation. */
    public Map<String, Tensor> tensors() {
        return tensors;
    }

    /** Embeds token ids: (rows, tokens) int64 to (rows, tokens, hidden). */
    public Tensor embed(Tensor ids) {
        return torch.embedding(embedding, ids);
    }

    /** The whole stack: (rows, tokens) int64 to the normed last hidden state (rows, tokens, hidden). */
    public Tensor hidden(Tensor ids, Attention attention, ForwardHooks hooks) {
        return finish(blocks(embed(ids), 0, config.layers(), attention, hooks));
    }

    /** Runs blocks {@code from} (inclusive) to {@code to} (exclusive) on (rows, tokens, hidden). */
    public Tensor blocks(Tensor x, int from, int to, Attention attention, ForwardHooks hooks) {
        RopeTable turned = rope(attention).at(attention);
        Tensor state = x;
        for (int layer = from; layer < to; layer++) {
            state = block(layer, state, turned, attention, hooks);
        }
        return state;
    }

    /** The final norm: (…, hidden) to (…, hidden). */
    public Tensor finish(Tensor state) {
        return norm(state, finalNorm);
    }

    /** Raw logits of normed states: (…, hidden) to (…, vocab). */
    public Tensor logits(Tensor normed) {
        return Products.linear(normed, head, null);
    }

    private Tensor block(int layer, Tensor x, RopeTable turned, Attention attention, ForwardHooks hooks) {
        Block block = blocks.get(layer);
        long rows = x.size(0);
        long tokens = x.size(1);
        long width = (long) config.heads() * config.headDim();

        Tensor before = hooks.onSite(layer, Site.RESID_PRE, x);
        Tensor normed = norm(before, block.inputNorm);
        Tensor query = heads(linear(layer, Module.Q_PROJ, normed, hooks), rows, tokens, config.heads());
        Tensor key = heads(linear(layer, Module.K_PROJ, normed, hooks), rows, tokens, config.kvHeads());
        Tensor value = heads(linear(layer, Module.V_PROJ, normed, hooks), rows, tokens, config.kvHeads());
        if (block.queryNorm != null && block.keyNorm != null) {
            query = norm(query, block.queryNorm);
            key = norm(key, block.keyNorm);
        }
        Tensor mixed = attention.attend(layer, turned.turn(query), turned.turn(key), value);
        Tensor joined = mixed.transpose(1, 2).reshape(rows, tokens, width);
        Tensor attended = hooks.onSite(layer, Site.ATTN_OUT, linear(layer, Module.O_PROJ, joined, hooks));
        Tensor middle = hooks.onSite(layer, Site.RESID_MID, before.add(attended));

        Tensor gateInput = norm(middle, block.postAttentionNorm);
        Tensor gate = torch.silu(linear(layer, Module.GATE_PROJ, gateInput, hooks));
        Tensor gated = gate.mul(linear(layer, Module.UP_PROJ, gateInput, hooks));
        Tensor mlp = hooks.onSite(layer, Site.MLP_OUT, linear(layer, Module.DOWN_PROJ, gated, hooks));
        return hooks.onSite(layer, Site.RESID_POST, middle.add(mlp));
    }

    /** (rows, tokens, count · headDim) to (rows, count, tokens, headDim). */
    private Tensor heads(Tensor x, long rows, long tokens, long count) {
        return x.view(rows, tokens, count, config.headDim()).transpose(1, 2);
    }

    private Tensor linear(int layer, Module module, Tensor input, ForwardHooks hooks) {
        Linear map = blocks.get(layer).linears.get(module.ordinal());
        return hooks.onLinear(layer, module, input, Products.linear(input, map.weight, map.bias));
    }

    private Tensor norm(Tensor x, Tensor weight) {
        return torch.rms_norm(
                x, new long[] {weight.size(0)}, new TensorOptional(weight), new DoubleOptional(config.rmsNormEps()));
    }

    private RopeTable rope(Attention attention) {
        if (attention.positionLimit() > config.maxPositions()) {
            throw new InputException("a text of " + attention.positionLimit() + " tokens is longer than the model's "
                    + config.maxPositions() + " positions; shorten the prompt or max_new_tokens");
        }
        RopeTable known = rope;
        return attention.positionLimit() <= known.limit() ? known : longer(attention.positionLimit());
    }

    /** The shorter table is kept: another thread may be reading it, and all of them together are as long as the last. */
    private synchronized RopeTable longer(int positions) {
        if (positions > rope.limit()) {
            rope = ropeTable(Math.min(config.maxPositions(), Integer.highestOneBit(positions - 1) * 2));
        }
        return rope;
    }

    private RopeTable ropeTable(int positions) {
        return RopeTable.of(config.rope(), config.headDim(), positions, precision.scalarType());
    }

    private Block block(int layer) {
        String prefix = "model.layers." + layer + ".";
        List<Linear> linears = new ArrayList<>();
        for (Module module : Module.values()) {
            String name = module.fullName(layer);
            linears.add(new Linear(named(name + ".weight"), tensors.get(name + ".bias")));
        }
        return new Block(
                named(prefix + "input_layernorm.weight"),
                named(prefix + "post_attention_layernorm.weight"),
                tensors.get(prefix + "self_attn.q_norm.weight"),
                tensors.get(prefix + "self_attn.k_norm.weight"),
                linears);
    }

    private Tensor named(String name) {
        Tensor tensor = tensors.get(name);
        if (tensor == null) {
            throw new IllegalArgumentException("no tensor " + name);
        }
        return tensor;
    }
}
