package dev.vivarium.engine.generate;

import dev.vivarium.engine.adapter.AdapterBank;
import dev.vivarium.engine.adapter.InterventionBank;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.model.Compute;
import dev.vivarium.engine.model.Decoder;
import dev.vivarium.engine.model.ForwardHooks;
import dev.vivarium.engine.model.ModelConfig;
import dev.vivarium.engine.model.Precision;
import dev.vivarium.engine.tensor.Torch;
import java.util.List;
import java.util.function.Consumer;

/**
 * Samples answers: each prompt is prefilled once for all its samples, rows leave the batch when they finish and others
 * enter, and each row may use an adapter and interventions of its own.
 *
 * <p>An answer is a function of weights, prompt, settings, its {@link Request#seedKey} and its sample number. The random
 * number of each token is counted from these (protocol.md App. B, seeds). What is left is rounding: matrix kernels may round a
 * row differently for another number of rows or threads, and even at another place among the rows. So in deterministic mode
 * the decode runs on one thread a block, and on blocks of {@link #block} rows, in which a sample's place follows from its
 * key, its number and what its adapter holds; empty places are computed and thrown away. Before many answers it is tried
 * whether the kernels of this machine round a row alike anywhere ({@link RowFreedom}); where they do, rows stand without
 * gaps and are answered as they would be at their places. One instance serves one thread and may use several.
 */
public final class Generator {
    private static final int SMALL_BLOCK = 32;
    private static final int LARGE_BLOCK = 64;
    private static final int GPU_BLOCK = 256;
    /** Parameters from which a step's time is that of reading weights, so that more rows cost little. */
    private static final long LARGE = 50_000_000;
    /** Bytes of keys and values that one token of a large block may take in all its rows together. */
    private static final long CACHE = 4 << 20;

    private final Decoder decoder;
    private final RowChanges changes;

    /** Ends an answer early, for reasons the tokens alone do not tell. */
    @FunctionalInterface
    public interface StopRule {
        /** Never. */
        StopRule NEVER = (request, sample, tokens, count) -> false;

        /**
         * Asked after each token that is part of the answer, by several threads.
         *
         * @param request the {@link Request#index} of the answer
         * @param tokens the answer so far in its first {@code count} entries; not to be changed
         */
        boolean stops(int request, int sample, int[] tokens, int count);
    }

    /** Without interventions of single rows. */
    public Generator(Decoder decoder, AdapterBank bank, ForwardHooks extra) {
        this(decoder, bank, InterventionBank.none(), extra);
    }

    /**
     * @param bank the adapters requests point at, in the decoder's number format and on its device; it and the decoder stay
     *     the caller's
     * @param interventions the settings that requests point at, made for the decoder's configuration
     * @param extra hooks that act on all rows, prompts included; several threads may call them
     */
    public Generator(Decoder decoder, AdapterBank bank, InterventionBank interventions, ForwardHooks extra) {
        if (bank.size() > 0 && !bank.compute().equals(decoder.compute())) {
            throw new IllegalArgumentException(
                    "the adapters are for " + bank.compute() + " but the decoder is " + decoder.compute());
        }
        this.decoder = decoder;
        this.changes = new RowChanges(bank, interventions, extra, decoder.device());
    }

    /**
     * Rows of a block in deterministic mode, whatever the number of rows in flight: a function of the model, its number format
     * and the kind of device alone. A GPU waits for the calls of a step, which are as many for few rows as for many; in float32
     * places without a row take no part in attention ({@link RowProducts}), so more of them cost little.
     */
    static int block(ModelConfig config, Compute compute) {
        if (compute.device().cuda()) {
            return GPU_BLOCK;
        }
        long cache = 2L * compute.precision().bytes() * config.layers() * config.kvHeads() * config.headDim();
        boolean cheap = compute.precision() == Precision.FLOAT32 || config.parameters() >= LARGE;
        return cheap && LARGE_BLOCK * cache <= CACHE ? LARGE_BLOCK : SMALL_BLOCK;
    }

    /** A generator for the plain model. */
    public static Generator of(Decoder decoder) {
        return new Generator(decoder, new AdapterBank(List.of(), decoder.compute()), ForwardHooks.NONE);
    }

    public Decoder decoder() {
        return decoder;
    }

    /**
     * Draws all samples of all requests.
     *
     * @param sink takes each answer as it finishes, one at a time and on any thread; their order depends on the batch and
     *     the threads, they do not
     * @throws InputException if a prompt does not fit the model or the logits are not numbers
     */
    public GenerationReport generate(List<Request> requests, SamplingSettings settings, Consumer<Completion> sink) {
        if (!settings.stop().isEmpty()) {
            throw new IllegalArgumentException("stop texts need a tokenizer: use TextGenerator, or give a stop rule");
        }
        return generate(requests, settings, StopRule.NEVER, sink);
    }

    /** The same with a rule of one's own; the settings' stop texts are left to it. */
    public GenerationReport generate(
            List<Request> requests, SamplingSettings settings, StopRule rule, Consumer<Completion> sink) {
        return generate(requests, settings, rule, sink, Torch.threads());
    }

    GenerationReport generate(
            List<Request> requests, SamplingSettings settings, StopRule rule, Consumer<Completion> sink, int threads) {
        requests.forEach(request -> check(request, settings));
        return new DecodeLoop(decoder, changes, requests, settings, rule, sink, threads).run();
    }

    private void check(Request request, SamplingSettings settings) {
        int[] prompt = request.prompt();
        if (prompt.length >= decoder.config().maxPositions()) {
            throw new InputException("prompt " + request.index() + " has " + prompt.length
                    + " tokens but the model has " + decoder.config().maxPositions() + " positions; shorten it");
        }
        for (int token : prompt) {
            if (token < 0 || token >= decoder.config().vocabSize()) {
                throw new InputException("prompt " + request.index() + " holds token " + token
                        + " but the model's vocabulary has " + decoder.config().vocabSize()
                        + " tokens; use the tokenizer of this model");
            }
        }
        require(
                "adapter",
                request.adapter(),
                AdapterBank.NONE,
                changes.adapters().size());
        require(
                "intervention",
                request.intervention(),
                InterventionBank.NONE,
                changes.interventions().size());
        if (request.adapter() != AdapterBank.NONE) {
            changes.adapters().requireTouch(request.adapter(), settings.maxNewTokens());
        }
        if (request.intervention() != InterventionBank.NONE) {
            changes.interventions().requireTouch(request.intervention(), settings.maxNewTokens());
        }
    }

    private static void require(String what, int index, int none, int size) {
        if (index != none && (index < 0 || index >= size)) {
            throw new IllegalArgumentException("no " + what + " " + index + " in a bank of " + size);
        }
    }
}
