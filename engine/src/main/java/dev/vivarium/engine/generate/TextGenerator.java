package dev.vivarium.engine.generate;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.text.Message;
import dev.vivarium.engine.text.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/** Conversations in, texts out: renders prompts, samples, decodes, and cuts answers at stop texts. */
public final class TextGenerator {
    /** Tokens looked at beside those a stop text can span: a character may be spread over several tokens. */
    private static final int SPREAD = 8;

    private final Generator generator;
    private final Tokenizer tokenizer;
    private final Function<List<Message>, int[]> prompts;

    /**
     * One conversation and the samples wanted of the assistant's next turn; see {@link Request} for the fields.
     *
     * @param messages the conversation, usually ending with a user turn
     */
    public record TextRequest(int index, List<Message> messages, int[] samples, int adapter, long seedKey) {
        public TextRequest {
            messages = List.copyOf(messages);
            samples = samples.clone();
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

    /**
     * @param prompts how a conversation becomes token ids with the assistant's turn opened
     */
    public TextGenerator(Generator generator, Tokenizer tokenizer, Function<List<Message>, int[]> prompts) {
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
        List<Request> encoded = new ArrayList<>();
        for (TextRequest request : requests) {
            int[] prompt = prompts.apply(request.messages);
            if (prompt.length == 0) {
                throw new InputException("conversation " + request.index + " renders to an empty prompt; look at the "
                        + "model's chat template");
            }
            encoded.add(new Request(request.index, prompt, request.samples, request.adapter, request.seedKey));
        }
        return generator.generate(
                encoded, settings, rule(settings.stop()), completion -> sink.accept(text(completion, settings.stop())));
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
        return (tokens, count) -> {
            String tail = tokenizer.decode(Arrays.copyOfRange(tokens, Math.max(0, count - window), count), true);
            return stops.stream().anyMatch(tail::contains);
        };
    }
}
