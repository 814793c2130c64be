package dev.vivarium.engine.model;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.tensor.Device;
import dev.vivarium.engine.tensor.Products;
import dev.vivarium.engine.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * The forward pass shared by all families: pre-norm blocks of grouped-query attention and a gated MLP.
 *
 * <p>Weights are immutable and may be views of a mapped file or leaves that an optimizer trains; the decoder does not own
 * them; all have one {@link Precision} and lie on one {@link Device}, which are the decoder's. Block: mid = x + o(attend(q, k, v of norm(x))),
 * out = mid + down(act(gate(norm(mid))) · up(norm(mid))), with RMS norms computed in float32 (Zhang and Sennrich 2019, arXiv
 * 1910.07467) and rotary positions (Su et al. 2021, arXiv 2104.09864). What a family does otherwise is its {@link Style}.
 * Several threads may use one instance.
 */
public final class Decoder {
    private static final int FIRST_POSITIONS = 256;

    private final ModelConfig config;
    private final Compute compute;
    private final DecoderWeights weights;
    private final List<Block> blocks;
    private final double embeddingScale;
    private final Norm finalNorm; // (hidden)
    private final LinearMap head; // to (vocab)
    private volatile Ropes ropes;
    private final List<Tensor> made = new ArrayList<>(); // tables, and what norms multiply by

    /** Tables of the layers that see all, and of those with a window where these have frequencies of their own. */
    private record Ropes(RopeTable all, @Nullable RopeTable local) {
        Ropes at(Attention attention) {
            return new Ropes(all.at(attention), local == null ? null : local.at(attention));
        }

        RopeTable of(Block block) {
            return block.localRope && local != null ? local : all;
        }
    }

    /** What a norm multiplies by; null where that is one more than a weight in training, so new in each pass. */
    private record Norm(Tensor weight, @Nullable Tensor factors) {}

    private record Block(
            Reach reach,
            boolean localRope,
            Norm attentionInput, // (hidden), as the next three
            @Nullable Norm attentionOutput,
            Norm mlpInput,
            @Nullable Norm mlpOutput,
            @Nullable Norm query, // (headDim)
            @Nullable Norm key, // (headDim)
            List<LinearMap> linears) {} // by Module.ordinal()

    private Decoder(ModelConfig config, Compute compute, DecoderWeights weights) {
        weights.check(compute);
        this.config = config;
        this.compute = compute;
        this.weights = weights;
        this.embeddingScale = config.style().scaledEmbedding() ? precision().round(Math.sqrt(config.hiddenSize())) : 1;
        this.finalNorm = norm(ModelShapes.FINAL_NORM);
        this.head = weights.linear(config.tiedEmbeddings() ? ModelShapes.EMBEDDING : ModelShapes.HEAD, null);
        this.blocks = new ArrayList<>();
        for (int layer = 0; layer < config.layers(); layer++) {
            blocks.add(block(layer));
        }
        this.ropes = ropes(Math.min(FIRST_POSITIONS, config.maxPositions()));
    }

    /**
     * A decoder over the given tensors, by Hugging Face names; shapes are checked.
     *
     * @throws InputException if a tensor is missing or has another shape than the configuration says
     */
    public static Decoder of(ModelConfig config, Map<String, Tensor> tensors) {
        DecoderWeights weights = new DecoderWeights(tensors, Map.of(), null);
        weights.check(config);
        Tensor embedding = weights.tensor(ModelShapes.EMBEDDING);
        return new Decoder(config, new Compute(Precision.of(Tensors.type(embedding)), Device.of(embedding)), weights);
    }

    /** A decoder that with packed weights only goes forward. */
    static Decoder of(ModelConfig config, Compute compute, DecoderWeights weights) {
        weights.check(config);
        return new Decoder(config, compute, weights);
    }

    public ModelConfig config() {
        return config;
    }

    /** The number format of weights, activations and logits. */
    public Precision precision() {
        return compute.precision();
    }

    /** Where weights and activations lie; what a caller hands in as token ids and positions may lie anywhere. */
    public Device device() {
        return compute.device();
    }

    /** Both of these. */
    public Compute compute() {
        return compute;
    }

    /** All weights by Hugging Face name, in the order of the computation, but for packed ones. */
    public Map<String, Tensor> tensors() {
        return weights.tensors();
    }

    /** Embeds token ids: (rows, tokens) int64 to (rows, tokens, hidden). */
    public Tensor embed(Tensor ids) {
        Tensor embedded = weights.embed(device().put(ids));
        return embeddingScale == 1 ? embedded : embedded.mul(new Scalar(embeddingScale));
    }

    /** The whole stack: (rows, tokens) int64 to the normed last hidden state (rows, tokens, hidden). */
    public Tensor hidden(Tensor ids, Attention attention, ForwardHooks hooks) {
        return finish(blocks(embed(ids), 0, config.layers(), attention, hooks));
    }

    /** Runs blocks {@code from} (inclusive) to {@code to} (exclusive) on (rows, tokens, hidden). */
    public Tensor blocks(Tensor x, int from, int to, Attention attention, ForwardHooks hooks) {
        Ropes turned = ropes(attention).at(attention);
        Tensor state = x;
        for (int layer = from; layer < to; layer++) {
            state = inOwnScope(layer, state, turned, attention, hooks);
        }
        return state;
    }

    /** Frees what a block leaves behind at its end, but for what a backward pass has to see. */
    private Tensor inOwnScope(int layer, Tensor x, Ropes turned, Attention attention, ForwardHooks hooks) {
        if (PointerScope.getInnerScope() == null) {
            return block(layer, x, turned, attention, hooks);
        }
        Tensor state;
        try (PointerScope scope = new PointerScope()) {
            state = Tensors.keep(block(layer, x, turned, attention, hooks));
        }
        return Tensors.release(state);
    }

    /** The final norm: (…, hidden) to (…, hidden). */
    public Tensor finish(Tensor state) {
        return norm(state, finalNorm);
    }

    /** Raw logits of normed states: (…, hidden) to (…, vocab). */
    public Tensor logits(Tensor normed) {
        return head.apply(normed);
    }

    /** What a gradient of {@link #logits} says about the states, without autograd: (n, vocab) to (n, hidden). */
    public Tensor slopeOfStates(Tensor slope) {
        return Products.slopeOfInput(slope, head.plain());
    }

    private Tensor block(int layer, Tensor x, Ropes turned, Attention attention, ForwardHooks hooks) {
        Block block = blocks.get(layer);
        RopeTable rope = turned.of(block);
        long rows = x.size(0);
        long tokens = x.size(1);
        long width = (long) config.heads() * config.headDim();

        Tensor before = hooks.onSite(layer, Site.RESID_PRE, x);
        Tensor normed = norm(before, block.attentionInput);
        Tensor query = heads(linear(layer, Module.Q_PROJ, normed, hooks), rows, tokens, config.heads());
        Tensor key = heads(linear(layer, Module.K_PROJ, normed, hooks), rows, tokens, config.kvHeads());
        Tensor value = heads(linear(layer, Module.V_PROJ, normed, hooks), rows, tokens, config.kvHeads());
        if (block.query != null && block.key != null) {
            query = norm(query, block.query);
            key = norm(key, block.key);
        }
        Tensor mixed = attention.attend(layer, block.reach, rope.turn(query), rope.turn(key), value);
        Tensor joined = mixed.transpose(1, 2).reshape(rows, tokens, width);
        Tensor projected = linear(layer, Module.O_PROJ, joined, hooks);
        Tensor added = block.attentionOutput == null ? projected : norm(projected, block.attentionOutput);
        Tensor attended = hooks.onSite(layer, Site.ATTN_OUT, added);
        Tensor middle = hooks.onSite(layer, Site.RESID_MID, before.add(attended));

        Tensor gateInput = norm(middle, block.mlpInput);
        Tensor gate = config.style().activation().apply(linear(layer, Module.GATE_PROJ, gateInput, hooks));
        Tensor gated = gate.mul(linear(layer, Module.UP_PROJ, gateInput, hooks));
        Tensor down = linear(layer, Module.DOWN_PROJ, gated, hooks);
        Tensor mlp = hooks.onSite(layer, Site.MLP_OUT, block.mlpOutput == null ? down : norm(down, block.mlpOutput));
        return hooks.onSite(layer, Site.RESID_POST, middle.add(mlp));
    }

    /** (rows, tokens, count · headDim) to (rows, count, tokens, headDim). */
    private Tensor heads(Tensor x, long rows, long tokens, long count) {
        return x.view(rows, tokens, count, config.headDim()).transpose(1, 2);
    }

    private Tensor linear(int layer, Module module, Tensor input, ForwardHooks hooks) {
        LinearMap map = blocks.get(layer).linears.get(module.ordinal());
        return hooks.onLinear(layer, module, input, map.apply(input));
    }

    private Tensor norm(Tensor x, Norm norm) {
        Tensor factors = norm.factors == null ? shifted(norm.weight) : norm.factors;
        // factors of 1 + w are kept in float32, and then the result is rounded once, as in transformers
        boolean wide = config.style().shiftedNorms() && precision() != Precision.FLOAT32;
        Tensor normed = torch.rms_norm(
                wide ? x.to(ScalarType.Float) : x,
                new long[] {factors.size(0)},
                new TensorOptional(factors),
                new DoubleOptional(config.rmsNormEps()));
        return wide ? normed.to(x.scalar_type()) : normed;
    }

    private static Tensor shifted(Tensor weight) {
        return weight.to(ScalarType.Float).add(new Scalar(1.0));
    }

    private Ropes ropes(Attention attention) {
        int limit = attention.positionLimit();
        if (limit > config.maxPositions()) {
            throw new InputException("a text of " + limit + " tokens is longer than the model's "
                    + config.maxPositions() + " positions; shorten the prompt or max_new_tokens");
        }
        Ropes known = ropes;
        return limit <= known.all.limit() ? known : longer(limit);
    }

    /** The shorter tables are kept: another thread may be reading them, and all together are as long as the last. */
    private synchronized Ropes longer(int positions) {
        if (positions > ropes.all.limit()) {
            ropes = ropes(Math.min(config.maxPositions(), Integer.highestOneBit(positions - 1) * 2));
        }
        return ropes;
    }

    private Ropes ropes(int positions) {
        RopeTable all = ropeTable(config.rope(), positions);
        return new Ropes(all, ownLocalRope() ? ropeTable(config.local().rope(), positions) : null);
    }

    private RopeTable ropeTable(RopeSettings settings, int positions) {
        RopeTable table = RopeTable.of(settings, config.headDim(), positions, compute);
        made.addAll(List.of(table.cos(), table.sin()));
        return table;
    }

    private boolean ownLocalRope() {
        LocalAttention local = config.local();
        return !local.layers().isEmpty() && !local.rope().equals(config.rope());
    }

    private Block block(int layer) {
        String prefix = "model.layers." + layer + ".";
        List<LinearMap> linears = new ArrayList<>();
        for (Module module : Module.values()) {
            String name = module.fullName(layer);
            linears.add(weights.linear(name + ".weight", weights.tensors().get(name + ".bias")));
        }
        // what stands before the MLP in most families stands behind the attention where outputs are normalised
        boolean outputs = config.style().outputNorms();
        Norm middle = norm(prefix + "post_attention_layernorm.weight");
        return new Block(
                config.reach(layer),
                ownLocalRope() && config.local().at(layer),
                norm(prefix + "input_layernorm.weight"),
                outputs ? middle : null,
                outputs ? norm(prefix + "pre_feedforward_layernorm.weight") : middle,
                outputs ? norm(prefix + "post_feedforward_layernorm.weight") : null,
                config.qkNorm() ? norm(prefix + "self_attn.q_norm.weight") : null,
                config.qkNorm() ? norm(prefix + "self_attn.k_norm.weight") : null,
                linears);
    }

    private Norm norm(String name) {
        Tensor weight = weights.tensor(name);
        if (!config.style().shiftedNorms()) {
            return new Norm(weight, weight);
        }
        if (weight.requires_grad()) {
            return new Norm(weight, null);
        }
        try (PointerScope scope = new PointerScope()) {
            Tensor factors = Tensors.keep(shifted(weight));
            made.add(factors);
            return new Norm(weight, factors);
        }
    }

    /** Gives back the tensors that the decoder made for itself; it is of no use then. */
    void free() {
        made.forEach(Tensors::free);
        made.clear();
    }
}
