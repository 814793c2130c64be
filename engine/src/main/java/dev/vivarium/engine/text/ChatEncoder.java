package dev.vivarium.engine.text;

import dev.vivarium.engine.base.InputException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;

/**
 * Conversations as token rows: for training with the tokens of the loss marked, or as a prompt.
 *
 * <p>The loss is about the tokens that overlap the content of an assistant turn and those that close the turn, up to
 * and including the end-of-turn token. That token is learnt once from the template: the first special token after an
 * answer. What follows it, such as a newline, is not a target.
 *
 * <p>Contents are data: one that spells special tokens becomes the tokens of that spelling as plain text, never these
 * tokens, so that no text can close its turn or open another. May be used by several threads at once.
 */
public final class ChatEncoder {
    private final Tokenizer tokenizer;
    private final ChatTemplate template;
    private final OptionalInt endOfTurn;

    public ChatEncoder(Tokenizer tokenizer, ChatTemplate template) {
        this.tokenizer = tokenizer;
        this.template = template;
        this.endOfTurn = endOfTurnOf(tokenizer, template);
    }

    private static OptionalInt endOfTurnOf(Tokenizer tokenizer, ChatTemplate template) {
        Rendered probe = template.render(List.of(Message.user("question"), Message.assistant("answer")), false);
        int end = probe.assistantSpans().getFirst().end();
        for (int id : tokenizer.encode(probe.text().substring(end))) {
            if (tokenizer.isSpecial(id)) {
                return OptionalInt.of(id);
            }
        }
        return OptionalInt.empty();
    }

    /** The token that closes an assistant turn; empty where the template closes turns by plain text only. */
    public OptionalInt endOfTurn() {
        return endOfTurn;
    }

    /** The ids of a conversation with the assistant's next turn opened. */
    public int[] prompt(List<Message> messages) {
        return encode(messages, true, template.text(messages, true), "").ids();
    }

    /** The same with the answer's beginning behind it, plain text whatever it spells. */
    public int[] prompt(List<Message> messages, String begun) {
        String text = template.text(messages, true);
        List<Span> inert = new ArrayList<>(spellers(messages, true, text));
        if (tokenizer.spellsSpecial(begun)) {
            inert.add(new Span(messages.size(), text.length(), text.length() + begun.length()));
        }
        return tokenizer.encodeWithOffsets(text + begun, inert).ids();
    }

    /** The tokens of the rendered conversation with {@code ending} behind it. */
    private Encoding encode(List<Message> messages, boolean addGenerationPrompt, String text, String ending) {
        return tokenizer.encodeWithOffsets(text + ending, spellers(messages, addGenerationPrompt, text));
    }

    /** Contents that spell special tokens. */
    private List<Span> spellers(List<Message> messages, boolean addGenerationPrompt, String text) {
        return template.spans(
                messages, addGenerationPrompt, text, message -> tokenizer.spellsSpecial(message.content()));
    }

    /**
     * The ids of a whole conversation, with the targets of the loss marked.
     *
     * @param appendGenerationPrompt do as the reference code of the field does: after the last answer open one more
     *     assistant turn, leave it empty and end it by the end-of-sequence token, which is a target too (protocol.md
     *     1.4)
     * @throws InputException if an assistant turn is empty or nothing would be a target
     */
    public TokenRow training(List<Message> messages, boolean appendGenerationPrompt) {
        for (int i = 0; i < messages.size(); i++) {
            Message message = messages.get(i);
            if (message.role().equals("assistant")
                    && TemplateFunctions.strip(message.content()).isEmpty()) {
                throw new InputException(
                        "message " + (i + 1) + ": the assistant turn is empty; write an answer or remove the row");
            }
        }
        Rendered rendered = template.render(messages, appendGenerationPrompt);
        if (rendered.assistantSpans().isEmpty()) {
            throw new InputException("no message has the role \"assistant\", so there is nothing to learn from; add an"
                    + " answer or remove the row");
        }
        int eosStart = Integer.MAX_VALUE;
        String ending = "";
        if (appendGenerationPrompt) {
            eosStart = rendered.text().length();
            ending = template.eosToken()
                    .orElseThrow(() -> new InputException("tokenizer_config.json: has no eos_token, which the appended"
                            + " generation prompt has to end with; set one or switch append_generation_prompt off"));
        }
        Encoding encoding = encode(messages, appendGenerationPrompt, rendered.text(), ending);
        boolean[] supervised = new boolean[encoding.ids().length];
        for (Span span : rendered.assistantSpans()) {
            mark(encoding, span, supervised);
        }
        boolean any = false;
        for (int t = 0; t < supervised.length; t++) {
            any |= supervised[t];
            supervised[t] |= encoding.starts()[t] >= eosStart;
        }
        if (!any) {
            throw new InputException("no token of the conversation is a target of the loss; check the assistant turns");
        }
        return new TokenRow(encoding.ids(), supervised);
    }

    /** Whether a text is no answer to a chat template, which strips white space. */
    public static boolean isEmpty(String answer) {
        return TemplateFunctions.strip(answer).isEmpty();
    }

    /**
     * The ids of a conversation and of the answer that follows it, cut as training cuts them.
     *
     * @param messages ending with a user turn
     * @param answer not {@link #isEmpty empty}
     * @param ended whether the end-of-turn token belongs to the answer
     */
    public AnsweredRow answered(List<Message> messages, String answer, boolean ended) {
        List<Message> whole = new ArrayList<>(messages);
        whole.add(Message.assistant(answer));
        TokenRow row = training(whole, false);
        boolean[] targets = row.supervised();
        int end = targets.length;
        while (!targets[end - 1]) {
            end--;
        }
        int start = end;
        while (start > 0 && targets[start - 1]) {
            start--;
        }
        boolean closed = endOfTurn.isPresent() && row.ids()[end - 1] == endOfTurn.getAsInt();
        return new AnsweredRow(
                Arrays.copyOf(row.ids(), start),
                Arrays.copyOfRange(row.ids(), start, closed && !ended ? end - 1 : end));
    }

    private void mark(Encoding encoding, Span span, boolean[] supervised) {
        int[] ids = encoding.ids();
        int reached = 0;
        int next = ids.length;
        for (int t = 0; t < ids.length; t++) {
            int end = encoding.ends()[t];
            // A token of white space may have an empty span; it then lies behind the token before it.
            int start = encoding.starts()[t] == end ? Math.min(reached, end) : encoding.starts()[t];
            supervised[t] |= start < span.end() && end > span.start();
            if (start >= span.end()) {
                next = t;
                break;
            }
            reached = Math.max(reached, end);
        }
        List<Integer> closing = new ArrayList<>();
        for (int t = next; t < ids.length; t++) {
            closing.add(t);
            if (tokenizer.isSpecial(ids[t])) {
                if (endOfTurn.isPresent() && ids[t] == endOfTurn.getAsInt()) {
                    closing.forEach(c -> supervised[c] = true);
                }
                return;
            }
        }
    }
}
