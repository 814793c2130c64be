package dev.vivarium.engine.generate;

import dev.vivarium.engine.adapter.AdapterBank;
import dev.vivarium.engine.adapter.AdapterScale;
import dev.vivarium.engine.adapter.Intervention;
import dev.vivarium.engine.adapter.InterventionBank;
import dev.vivarium.engine.adapter.ScaledAdapter;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.capture.CaptureSubject;
import dev.vivarium.engine.model.Compute;
import dev.vivarium.engine.model.ForwardHooks;
import dev.vivarium.engine.model.ModelDirectory;
import dev.vivarium.engine.model.Precision;
import dev.vivarium.engine.tensor.Lanes;
import dev.vivarium.engine.tensor.Torch;
import dev.vivarium.engine.text.AnsweredRow;
import dev.vivarium.engine.text.ChatEncoder;
import dev.vivarium.engine.text.ChatTemplate;
import dev.vivarium.engine.text.DefaultSystem;
import dev.vivarium.engine.text.Message;
import dev.vivarium.engine.text.StreamingDecoder;
import dev.vivarium.engine.text.Tokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntFunction;

/**
 * A model directory in memory, with its tokenizer, its chat template and any number of adapters: conversations in, texts
 * out. One instance serves one thread.
 */
public final class ChatModel implements AutoCloseable {
    private final ModelDirectory.LoadedModel model;
    private final Texts texts;
    private final Map<DefaultSystem, ChatEncoder> encoders = new EnumMap<>(DefaultSystem.class);
    private AdapterBank bank;
    private double[] norms;
    private InterventionBank interventions = InterventionBank.none();

    /** What turns conversations into tokens and back. */
    private record Texts(Tokenizer tokenizer, ChatTemplate template, ChatEncoder encoder) {
        static Texts load(Path directory) {
            Tokenizer tokenizer = Tokenizer.load(directory);
            try {
                ChatTemplate template = ChatTemplate.load(directory);
                return new Texts(tokenizer, template, new ChatEncoder(tokenizer, template));
            } catch (RuntimeException e) {
                tokenizer.close();
                throw e;
            }
        }
    }

    private ChatModel(ModelDirectory.LoadedModel model, Texts texts, HeldAdapters adapters) {
        this.model = model;
        this.texts = texts;
        this.bank = adapters.bank();
        this.norms = adapters.norms();
        encoders.put(DefaultSystem.KEEP, texts.encoder());
    }

    /**
     * Loads everything.
     *
     * @param adapters adapter directories and how strongly they act; a request points at them by their place in this list
     * @param compute number format of weights and arithmetic, and where; files in another format are converted
     * @throws InputException if a file is missing or malformed, an adapter does not fit the model, or one does nothing
     */
    public static ChatModel open(ModelDirectory base, List<ScaledAdapter> adapters, Compute compute) {
        return open(base, adapters, compute, true);
    }

    /**
     * The same for one conversation at a time. A single row of float32 is multiplied faster by all threads with weights as they
     * are stored.
     */
    public static ChatModel openForOne(ModelDirectory base, List<ScaledAdapter> adapters, Compute compute) {
        return open(base, adapters, compute, compute.precision() != Precision.FLOAT32);
    }

    private static ChatModel open(ModelDirectory base, List<ScaledAdapter> adapters, Compute compute, boolean packed) {
        compute.device().require();
        // both take long at first, the one in native libraries of its own, the other in those of the computation
        CompletableFuture<Texts> texts = CompletableFuture.supplyAsync(() -> Texts.load(base.path()));
        try {
            HeldAdapters held = HeldAdapters.of(base.config(), adapters, compute);
            try {
                return open(base, texts, held, packed);
            } catch (RuntimeException | Error e) {
                held.bank().close();
                throw e;
            }
        } catch (RuntimeException | Error e) {
            var unused = texts.thenAccept(loaded -> loaded.tokenizer().close());
            throw e;
        }
    }

    private static ChatModel open(
            ModelDirectory base, CompletableFuture<Texts> texts, HeldAdapters adapters, boolean packed) {
        Compute compute = adapters.bank().compute();
        ModelDirectory.LoadedModel model = packed ? base.loadForward(compute) : base.load(compute);
        try {
            return new ChatModel(model, texts.join(), adapters);
        } catch (CompletionException e) {
            model.close();
            switch (e.getCause()) {
                case RuntimeException cause -> throw cause;
                case Error cause -> throw cause;
                case null, default -> throw e;
            }
        }
    }

    /**
     * From now on these adapters are there instead of those before.
     *
     * @throws InputException if one does not fit the model or does nothing; then those before stay
     */
    public void adapters(List<ScaledAdapter> adapters) {
        HeldAdapters held = HeldAdapters.of(
                model.decoder().config(), adapters, model.decoder().compute());
        bank.close();
        bank = held.bank();
        norms = held.norms();
    }

    /**
     * L2 norm of what an adapter changes, whatever its scale.
     *
     * @param adapter its place in the list of adapters
     */
    public double norm(int adapter) {
        return norms[adapter];
    }

    /**
     * How far the model with each adapter is from the model without one on a text, next token by next token.
     *
     * @param tokens positions that were compared
     * @param sums by adapter, KL(base ‖ adapted) in nats over all positions
     */
    public record Distances(int tokens, double[] sums) {}

    /**
     * Compares on plain text, which no chat template goes around.
     *
     * @param most tokens that are read; what follows is cut
     */
    public Distances distances(String text, int most) {
        int[] ids = texts.tokenizer().encode(text);
        int[] read = Arrays.copyOf(
                ids,
                Math.min(ids.length, Math.min(most, model.decoder().config().maxPositions())));
        return new Distances(read.length, new Divergence(model.decoder(), bank).sums(read));
    }

    /**
     * From now on all adapters act as strongly as {@code scale} says.
     *
     * @throws InputException if it names a block that one of them does not change
     */
    public void scale(AdapterScale scale) {
        bank = bank.scaled(scale);
    }

    /**
     * From now on a request may point at one of these settings by its place in the list.
     *
     * @param settings each one or more interventions, in the order in which they act where they meet
     * @param maxNewTokens longest answer that is to be sampled
     * @throws InputException if one does not fit the model, or would touch nothing in such answers
     */
    public void intervene(List<List<Intervention>> settings, int maxNewTokens) {
        InterventionBank made = InterventionBank.of(model.decoder().config(), settings);
        for (int setting = 0; setting < made.size(); setting++) {
            made.requireTouch(setting, maxNewTokens);
        }
        interventions = made;
    }

    /**
     * Makes sure that the model can answer a conversation.
     *
     * @param name of the conversation, for the message
     * @throws InputException if it leaves no position for an answer
     */
    public void check(List<Message> messages, DefaultSystem defaultSystem, String name) {
        int tokens = encoder(defaultSystem).prompt(messages).length;
        int positions = model.decoder().config().maxPositions();
        if (tokens >= positions) {
            throw new InputException(
                    name + " has " + tokens + " tokens, but the model has " + positions + " positions; shorten it");
        }
    }

    /** Draws all samples of all requests; see {@link TextGenerator#generate}. */
    public GenerationReport generate(
            List<TextGenerator.TextRequest> requests,
            SamplingSettings settings,
            Consumer<TextGenerator.TextAnswer> sink) {
        return generator().generate(requests, settings, sink);
    }

    /** The same piece by piece; see {@link TextGenerator#stream}. */
    public GenerationReport stream(
            List<TextGenerator.TextRequest> requests,
            SamplingSettings settings,
            TextGenerator.Listener listener,
            Consumer<TextGenerator.TextAnswer> sink) {
        return generator().stream(requests, settings, listener, sink);
    }

    /**
     * A conversation with the beginning of its answer.
     *
     * @param messages ending with a user turn
     * @param begun what the answer begins with, perhaps nothing
     */
    public record Opening(List<Message> messages, DefaultSystem defaultSystem, String begun) {
        public Opening {
            messages = List.copyOf(messages);
        }
    }

    /** Takes what was found behind each opening, in their order and on the thread that asked. */
    @FunctionalInterface
    public interface OpeningSink<T> {
        void found(int opening, T what) throws IOException;
    }

    /**
     * Looks at what may come next behind openings, some side by side, each on one thread; what is found depends neither on the
     * others nor on how many there are.
     *
     * @param k how many tokens are looked at, the most probable ones
     * @param look called by several threads; what it gets is closed behind it
     * @throws InputException if a conversation does not fit the model; others before it may have been looked at
     */
    public <T> void explore(List<Opening> openings, int k, Function<OpenAnswer, T> look, OpeningSink<T> sink)
            throws IOException {
        if (openings.isEmpty()) {
            return;
        }
        try (Lanes lanes = Lanes.open(Math.min(Torch.threads(), openings.size()))) {
            for (int from = 0; from < openings.size(); from += lanes.count()) {
                List<Opening> few = openings.subList(from, Math.min(openings.size(), from + lanes.count()));
                few.forEach(one -> check(one.messages, one.defaultSystem, "the prompt"));
                Map<Integer, T> found = new ConcurrentHashMap<>();
                lanes.run(lane -> {
                    if (lane < few.size()) {
                        found.put(lane, look(few.get(lane), k, look));
                    }
                });
                for (int i = 0; i < few.size(); i++) {
                    sink.found(from + i, Objects.requireNonNull(found.get(i)));
                }
            }
        }
    }

    private <T> T look(Opening opening, int k, Function<OpenAnswer, T> look) {
        int[] prompt = encoder(opening.defaultSystem).prompt(opening.messages, opening.begun);
        IntFunction<String> spelling = token -> texts.tokenizer().decode(new int[] {token}, false);
        try (OpenAnswer open = OpenAnswer.of(model.decoder(), spelling, prompt, k)) {
            return look.apply(open);
        }
    }

    /**
     * An answer that somebody gave, to be scored.
     *
     * @param messages the conversation, ending with a user turn
     * @param adapter its place in the list of adapters, or {@link AdapterBank#NONE}
     * @param answer not {@link ChatEncoder#isEmpty empty}
     * @param ended whether the end of the turn is a token of the answer; not where it was cut
     */
    public record GivenAnswer(
            List<Message> messages, DefaultSystem defaultSystem, int adapter, String answer, boolean ended) {
        public GivenAnswer {
            messages = List.copyOf(messages);
        }
    }

    /** Whether the model has positions enough for a conversation and its answer. */
    public boolean fits(GivenAnswer given) {
        AnsweredRow row = answered(given);
        return row.context().length + row.answer().length
                <= model.decoder().config().maxPositions();
    }

    /** Takes the scores of a batch: of each answer the log-probability of each token. Called by one thread at a time. */
    @FunctionalInterface
    public interface ScoreSink {
        void scored(int batch, List<double[]> scores);
    }

    /**
     * Scores answers: the log-probability of every token given all before it, teacher forced, raw logits, temperature 1.
     *
     * <p>The answers of a batch are computed in one pass and may round each other's values in the last digits; what a batch
     * gets depends neither on other batches nor on threads.
     *
     * @param batches answers that {@link #fits fit}
     * @param sink takes each batch as it is done, in no promised order
     */
    public void score(List<List<GivenAnswer>> batches, ScoreSink sink) {
        List<BatchScorer.Batch> encoded = batches.stream()
                .map(batch -> new BatchScorer.Batch(
                        batch.stream()
                                .map(this::answered)
                                .map(row -> new Scorer.Continuation(row.context(), row.answer()))
                                .toList(),
                        batch.stream().mapToInt(GivenAnswer::adapter).toArray()))
                .toList();
        new BatchScorer(model.decoder(), bank).score(encoded, sink::scored);
    }

    private AnsweredRow answered(GivenAnswer given) {
        return encoder(given.defaultSystem).answered(given.messages, given.answer, given.ended);
    }

    /** How many tokens a text has, which is to stand in the middle of another. */
    public int tokens(String text) {
        return texts.tokenizer().encode(text).length;
    }

    /**
     * What each token adds to the text of them all, special ones by their spelling; empty for a token whose character is not
     * complete before a later one.
     */
    public List<String> pieces(int[] tokens) {
        StreamingDecoder decoder = texts.tokenizer().streaming(false);
        List<String> pieces = new ArrayList<>();
        for (int token : tokens) {
            pieces.add(decoder.add(token));
        }
        if (!pieces.isEmpty()) {
            pieces.set(pieces.size() - 1, pieces.getLast() + decoder.finish());
        }
        return pieces;
    }

    private TextGenerator generator() {
        Generator generator = new Generator(model.decoder(), bank, interventions, ForwardHooks.NONE);
        return new TextGenerator(
                generator,
                texts.tokenizer(),
                request -> encoder(request.defaultSystem()).prompt(request.messages()));
    }

    /**
     * Who reads texts for {@link dev.vivarium.engine.capture.Capture}; valid until this is closed or scaled.
     *
     * @param adapter its place in the list of adapters, or {@link AdapterBank#NONE}
     */
    public CaptureSubject subject(int adapter) {
        return new CaptureSubject(model.decoder(), bank, adapter);
    }

    /** What turns conversations into tokens. */
    public ChatEncoder encoder(DefaultSystem defaultSystem) {
        return encoders.computeIfAbsent(
                defaultSystem,
                choice -> new ChatEncoder(texts.tokenizer(), texts.template().with(choice)));
    }

    @Override
    public void close() {
        bank.close();
        texts.tokenizer().close();
        model.close();
    }
}
