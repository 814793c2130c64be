package dev.vivarium.engine.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.hubspot.jinjava.Jinjava;
import com.hubspot.jinjava.interpret.RenderResult;
import com.hubspot.jinjava.interpret.TemplateError;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Json;
import dev.vivarium.engine.base.Printable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The Jinja template by which a model's conversations become text.
 *
 * <p>Messages are data: whatever they spell, nothing of it is executed. A template itself comes with a model and may be
 * hostile, so its work and its output are bounded. May be used by several threads at once.
 *
 * <p>The place of each assistant turn is found by rendering the conversation again with a mark in place of that turn:
 * what stands before and after the mark stands before and after the content. This is exact whether a template trims
 * contents or not, and where it is not certain, rendering fails instead of guessing.
 */
public final class ChatTemplate {
    /** The file of newer model directories; it goes before the one in {@code tokenizer_config.json}. */
    public static final String FILE = "chat_template.jinja";

    private static final String USE_ANOTHER = "; give a model directory with a chat template that can be used";

    private static final long MAX_TEMPLATE_BYTES = 400_000;

    /** Real files have up to a million bytes, most of them a list of the added tokens. */
    private static final long MAX_CONFIG_BYTES = 16_000_000;

    private final String where;
    private final String template;
    private final Map<String, String> specialTokens;
    private final DefaultSystem defaultSystem;
    private final Jinjava jinjava;
    private volatile @Nullable DefaultTurn dropped;

    private ChatTemplate(
            String where,
            String template,
            Map<String, String> specialTokens,
            DefaultSystem defaultSystem,
            Jinjava jinjava) {
        this.where = where;
        this.template = template;
        this.specialTokens = Map.copyOf(specialTokens);
        this.defaultSystem = defaultSystem;
        this.jinjava = jinjava;
    }

    /**
     * Loads the template of a model directory.
     *
     * @throws InputException if there is none
     */
    public static ChatTemplate load(Path modelDir) {
        Path configFile = modelDir.resolve(Tokenizer.CONFIG_FILE);
        JsonNode config = Files.isRegularFile(configFile)
                ? Json.read(configFile, MAX_CONFIG_BYTES)
                : Json.mapper().createObjectNode();
        Map<String, String> specialTokens = new HashMap<>();
        for (String name : List.of("bos_token", "eos_token", "pad_token", "unk_token")) {
            JsonNode token = config.path(name);
            JsonNode content = token.isObject() ? token.path("content") : token;
            if (content.isTextual()) {
                specialTokens.put(name, content.textValue());
            } else if (config.hasNonNull(name)) {
                throw new InputException(
                        configFile + ": " + name + " must be a token; it is " + Printable.name(token.toString()));
            }
        }
        Path file = modelDir.resolve(FILE);
        if (Files.isRegularFile(file)) {
            try {
                if (Files.size(file) > MAX_TEMPLATE_BYTES) {
                    throw new InputException(file + ": longer than " + MAX_TEMPLATE_BYTES + " bytes" + USE_ANOTHER);
                }
                return of(Files.readString(file), specialTokens, file.toString());
            } catch (IOException e) {
                throw new InputException(file + ": cannot be read as UTF-8 text (" + e.getMessage() + ")", e);
            }
        }
        String text = defaultTemplate(config.path("chat_template"));
        if (text == null) {
            throw new InputException(modelDir + ": has neither " + FILE + " nor a chat_template in "
                    + Tokenizer.CONFIG_FILE + USE_ANOTHER);
        }
        return of(text, specialTokens, configFile + ": chat_template");
    }

    private static @Nullable String defaultTemplate(JsonNode node) {
        if (node.isArray()) {
            for (JsonNode named : node) {
                if (named.path("name").asText().equals("default")) {
                    return named.path("template").textValue();
                }
            }
        }
        return node.textValue();
    }

    /** A template from its text; {@code where} names it in errors. */
    public static ChatTemplate of(String template, Map<String, String> specialTokens, String where) {
        Optional<String> fault = TemplateLimits.fault(template);
        if (fault.isPresent()) {
            throw new InputException(where + ": " + fault.get() + USE_ANOTHER);
        }
        // Jinja drops one newline at the end of a template.
        String text = template.endsWith("\n") ? template.substring(0, template.length() - 1) : template;
        return new ChatTemplate(where, text, specialTokens, DefaultSystem.KEEP, TemplateLimits.engine());
    }

    /** The same template with or without its default system turn. */
    public ChatTemplate with(DefaultSystem choice) {
        return choice == defaultSystem ? this : new ChatTemplate(where, template, specialTokens, choice, jinjava);
    }

    /** The Jinja text, which decides with the special tokens what a conversation reads like. */
    public String source() {
        return template;
    }

    /**
     * The system turn that the template, if it is kept, puts before a conversation without one; empty where that cannot be
     * told.
     */
    public Optional<DefaultTurn> defaultTurn() {
        return DefaultTurn.of(this);
    }

    /** The token that ends a text or turn by {@code tokenizer_config.json}, for example {@code "<|im_end|>"}. */
    public Optional<String> eosToken() {
        return Optional.ofNullable(specialTokens.get("eos_token"));
    }

    /** The tokens that the template may write by name, such as {@code bos_token}. */
    Map<String, String> specialTokens() {
        return specialTokens;
    }

    /**
     * Renders a conversation and says where its assistant turns are.
     *
     * @param addGenerationPrompt whether to open the assistant's next turn
     * @throws InputException if the template refuses the conversation or fails, or hides where a turn went
     */
    public Rendered render(List<Message> messages, boolean addGenerationPrompt) {
        String text = text(messages, addGenerationPrompt);
        return new Rendered(
                text,
                spans(
                        messages,
                        addGenerationPrompt,
                        text,
                        message -> message.role().equals(Message.ASSISTANT)));
    }

    /** Where the contents of some messages lie in the rendered {@code text}, in order. */
    List<Span> spans(List<Message> messages, boolean addGenerationPrompt, String text, Predicate<Message> wanted) {
        List<Span> spans = new ArrayList<>();
        for (int i = 0; i < messages.size(); i++) {
            if (wanted.test(messages.get(i))) {
                spans.add(span(messages, i, addGenerationPrompt, text));
            }
        }
        return List.copyOf(spans);
    }

    private Span span(List<Message> messages, int index, boolean addGenerationPrompt, String text) {
        String mark = unusedMark(text);
        List<Message> marked = new ArrayList<>(messages);
        marked.set(index, new Message(messages.get(index).role(), mark));
        String around = text(marked, addGenerationPrompt);
        int at = around.indexOf(mark);
        if (at >= 0 && around.indexOf(mark, at + 1) < 0) {
            int end = text.length() - (around.length() - at - mark.length());
            boolean fits = end >= at
                    && text.startsWith(around.substring(0, at))
                    && text.endsWith(around.substring(at + mark.length()));
            if (fits && messages.get(index).content().contains(text.substring(at, end))) {
                return new Span(index, at, end);
            }
        }
        throw new InputException(where + ": message " + (index + 1) + " does not appear once and whole in the rendered"
                + " conversation, so its tokens cannot be told; use another template or change the message");
    }

    /** A private-use character that the text does not contain: no template has a reason to treat it specially. */
    private static String unusedMark(String text) {
        char mark = '\uE000';
        while (text.indexOf(mark) >= 0) {
            mark++;
        }
        return String.valueOf(mark);
    }

    /** The rendered text alone. */
    String text(List<Message> messages, boolean addGenerationPrompt) {
        String whole = original(messages, addGenerationPrompt);
        boolean own = messages.stream().anyMatch(message -> message.role().equals(Message.SYSTEM));
        if (defaultSystem == DefaultSystem.KEEP || own) {
            return whole;
        }
        DefaultTurn turn = dropped;
        if (turn == null || !whole.startsWith(turn.opening() + turn.text())) {
            // the first time, and after midnight, because a turn may hold the date
            turn = defaultTurn().orElseThrow(this::untold);
            dropped = turn;
        }
        String before = turn.opening() + turn.text();
        if (!whole.startsWith(before)) {
            throw untold();
        }
        return turn.opening() + whole.substring(before.length());
    }

    private InputException untold() {
        return new InputException(
                where + ": where the template's default system turn ends cannot be told, so it cannot be"
                        + " dropped; keep it, or give a system turn of your own");
    }

    /** What the template makes of a conversation, default system turn included. */
    String original(List<Message> messages, boolean addGenerationPrompt) {
        return original(messages, addGenerationPrompt, specialTokens);
    }

    /** The same with other tokens behind the names. */
    String original(List<Message> messages, boolean addGenerationPrompt, Map<String, String> tokens) {
        Map<String, Object> context = new HashMap<>(tokens);
        List<Map<String, Object>> turns = new ArrayList<>();
        boolean shielded = ControlCharacters.canShield(messages);
        for (Message message : messages) {
            Map<String, Object> turn = new HashMap<>();
            turn.put("role", message.role());
            turn.put("content", shielded ? ControlCharacters.shield(message.content()) : message.content());
            turns.add(turn);
        }
        context.put("messages", turns);
        context.put("add_generation_prompt", addGenerationPrompt);
        RenderResult result;
        try {
            result = jinjava.renderForResult(template, context, TemplateLimits.config(jinjava));
        } catch (StackOverflowError e) {
            throw failure(e, "it nests too deeply");
        } catch (RuntimeException e) {
            throw failure(e, String.valueOf(e.getMessage()));
        }
        if (result.hasErrors()) {
            TemplateError error = result.getErrors().getFirst();
            throw failure(error.getException(), Objects.requireNonNullElse(error.getMessage(), "it nests too deeply"));
        }
        if (result.getOutput().length() > TemplateLimits.MAX_CHARS) {
            throw failure(null, "output too big");
        }
        return shielded ? ControlCharacters.restore(result.getOutput()) : result.getOutput();
    }

    private InputException failure(@Nullable Throwable error, String message) {
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            if (cause instanceof TemplateFunctions.Refusal refusal) {
                return new InputException(
                        where + ": the chat template refuses this conversation: "
                                + Printable.name(String.valueOf(refusal.getMessage())),
                        refusal);
            }
        }
        if (message.contains("OutputTooBigException")) {
            return failure(null, "it makes a text of more than " + TemplateLimits.MAX_CHARS + " characters");
        }
        String line = Printable.name(message.lines().findFirst().orElse("unknown error"));
        String sentence = where + ": the chat template cannot be rendered: " + line + USE_ANOTHER;
        return error == null ? new InputException(sentence) : new InputException(sentence, error);
    }
}
