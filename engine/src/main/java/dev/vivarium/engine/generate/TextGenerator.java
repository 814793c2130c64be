package dev.vivarium.engine.generate;

import dev.vivarium.engine.adapter.InterventionBank;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.text.DefaultSystem;
import dev.vivarium.engine.text.Message;
import dev.vivarium.engine.text.StreamingDecoder;
import dev.vivarium.engine.text.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;

/** Conversations in, texts out: renders prompts, samples, decodes, and cuts answers at stop texts. */
public final class TextGenerator {
    /** Tokens looked at beside those a stop text can span: a character may be spread over several tokens. */
    private static final int SPREAD = 8;

    private final Generator generator;
    private final Tokenizer tokenizer;
    private final Function<TextRequest, int[]> prompts;

    /**
     * One conversation and the samples wanted of the assistant's next turn; see {@link Request} for the fields.
     *
     * @param messages the conversation, usually ending with a user turn
     * @param defaultSystem whether the chat template's own system turn stays
     */
    public record TextRequest(
            int index,
            List<Message> messages,
            DefaultSystem defaultSystem,
            int[] samples,
            int adapter,
            int intervention,
            long seedKey) {
        public TextRequest {
            messages = List.copyOf(messages);
            samples = samples.clone();
        }

        /** Without an intervention. */
        public TextRequest(
                int index,
                List<Message> messages,
                DefaultSystem defaultSystem,
                int[] samples,
                int adapter,
                long seedKey) {
            this(index, messages, defaultSystem, samples, adapter, InterventionBank.NONE, seedKey);
        }

        @Override
        public int[] samples() {
            return samples.clone();
        }
    }

    /**
     * One finished answer as text.
     *
     * @param request the {@link TextRequest#index} it belongs to
     * @param text without special tokens, cut before the stop text if one ended it
     * @param drawn tokens sampled for it, the ending one included
     */
    public record TextAnswer(
            int request, int sample, String text, Completion.Finish finish, int drawn, double logProbability) {}

    /** Follows answers while they are made; called by one thread at a time, not always the same. */
    public interface Listener {
        /** Takes a piece of an answer that will not change any more; all pieces together are its text. */
        void text(int request, int sample, String piece);

        /** Whether answers are still wanted; if not, each ends where it is. Asked after every token. */
        boolean goesOn();
    }

    /**
     * @param prompts how a conversation becomes token ids with the assistant's turn opened
     */
    public TextGenerator(Generator generator, Tokenizer tokenizer, Function<TextRequest, int[]> prompts) {
        this.generator = generator;
        this.tokenizer = tokenizer;
        this.prompts = prompts;
    }

    /**
     * Draws all samples of all requests.
     *
     * @param sink takes each answer as it finishes, one at a time, on any thread and in no promised order
     * @throws InputException if a prompt does not fit the model
     */
    public GenerationReport generate(List<TextRequest> requests, SamplingSettings settings, Consumer<TextAnswer> sink) {
        return generator.generate(
                encoded(requests),
                settings,
                rule(settings.stop()),
                completion -> sink.accept(text(completion, settings.stop())));
    }

    /**
     * The same with a listener that gets each answer piece by piece, the rest of it before the sink gets it whole.
     *
     * @param settings without stop texts
     */
    public GenerationReport stream(
            List<TextRequest> requests, SamplingSettings settings, Listener listener, Consumer<TextAnswer> sink) {
        if (!settings.stop().isEmpty()) {
            throw new IllegalArgumentException("pieces that were given out cannot be cut at a stop text");
        }
        Stream stream = new Stream(listener);
        return generator.generate(encoded(requests), settings, stream, completion -> {
            stream.finish(completion);
            sink.accept(text(completion, settings.stop()));
        });
    }

    /** Turns the tokens of each answer into pieces of text; rows of several threads take turns. */
    private final class Stream implements Generator.StopRule {
        private final Listener listener;
        private final Map<List<Integer>, StreamingDecoder> decoders = new HashMap<>();

        Stream(Listener listener) {
            this.listener = listener;
        }

        @Override
        public synchronized boolean stops(int request, int sample, int[] tokens, int count) {
            StreamingDecoder decoder =
                    decoders.computeIfAbsent(List.of(request, sample), unused -> tokenizer.streaming(true));
            give(request, sample, decoder.add(tokens[count - 1]));
            return !listener.goesOn();
        }

        synchronized void finish(Completion completion) {
            StreamingDecoder decoder = decoders.remove(List.of(completion.request(), completion.sample()));
            if (decoder != null) {
                give(completion.request(), completion.sample(), decoder.finish());
            }
        }

        private void give(int request, int sample, String piece) {
            if (!piece.isEmpty()) {
                listener.text(request, sample, piece);
            }
        }
    }

    private List<Request> encoded(List<TextRequest> requests) {
        List<Request> encoded = new ArrayList<>();
        for (TextRequest request : requests) {
            int[] prompt = prompts.apply(request);
            if (prompt.length == 0) {
                throw new InputException("conversation " + request.index + " renders to an empty prompt; look at the "
                        + "model's chat template");
            }
            encoded.add(new Request(
                    request.index, prompt, request.samples, request.adapter, request.intervention, request.seedKey));
        }
        return encoded;
    }

    private TextAnswer text(Completion completion, List<String> stops) {
        String text = tokenizer.decode(completion.tokens(), true);
        int end = stops.stream()
                .mapToInt(text::indexOf)
                .filter(at -> at >= 0)
                .min()
                .orElse(text.length());
        return new TextAnswer(
                completion.request(),
                completion.sample(),
                text.substring(0, end),
                completion.finish(),
                completion.drawn(),
                completion.logProbability());
    }

    private Generator.StopRule rule(List<String> stops) {
        if (stops.isEmpty()) {
            return Generator.StopRule.NEVER;
        }
        // a token holds at least one byte, a char of text at most three
        int window = SPREAD + 3 * stops.stream().mapToInt(String::length).max().orElse(0);
        return (request, sample, tokens, count) -> {
            String tail = tokenizer.decode(Arrays.copyOfRange(tokens, Math.max(0, count - window), count), true);
            return stops.stream().anyMatch(tail::contains);
        };
    }
}
