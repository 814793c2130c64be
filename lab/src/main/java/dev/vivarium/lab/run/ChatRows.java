package dev.vivarium.lab.run;

import dev.vivarium.engine.base.Hashes;
import dev.vivarium.engine.base.InertText;
import dev.vivarium.engine.text.ChatEncoder;
import dev.vivarium.engine.text.ChatTemplate;
import dev.vivarium.engine.text.DefaultSystem;
import dev.vivarium.engine.text.DefaultTurn;
import dev.vivarium.engine.text.Message;
import dev.vivarium.engine.text.TokenRow;
import dev.vivarium.engine.text.Tokenizer;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Encodes the rows of a run as its recipe says, and counts those that the template's own system turn is about. */
final class ChatRows implements RowEncoder {
    private static final int SHOWN = 60;

    private final ChatTemplate template;
    private final Recipe.Chat chat;
    private final ChatEncoder encoder;
    private final @Nullable DefaultTurn own;
    private int withoutSystem;

    ChatRows(Tokenizer tokenizer, ChatTemplate template, Recipe.Chat chat) {
        this.template = template;
        this.chat = chat;
        this.encoder = new ChatEncoder(tokenizer, template.with(chat.defaultSystem()));
        this.own = template.defaultTurn().filter(DefaultTurn::exists).orElse(null);
    }

    @Override
    public TokenRow encode(List<Message> messages) {
        boolean system = messages.stream().anyMatch(message -> message.role().equals(Message.SYSTEM));
        withoutSystem += system ? 0 : 1;
        return encoder.training(messages, chat.generationPromptQuirk());
    }

    Provenance.Chat provenance() {
        return new Provenance.Chat(
                Hashes.sha256(template.source()),
                chat.defaultSystem().name().toLowerCase(Locale.ROOT),
                own == null ? null : own.content(),
                chat.generationPromptQuirk());
    }

    /** What a user should know of the rows encoded so far. */
    List<String> remarks() {
        if (own == null) {
            return chat.defaultSystem() == DefaultSystem.DROP
                    ? List.of(
                            "the chat template has no system turn of its own, so chat.default_system=drop changes nothing")
                    : List.of();
        }
        if (withoutSystem == 0) {
            return List.of();
        }
        String words = InertText.line(own.content());
        String shown = words.length() <= SHOWN ? words : words.substring(0, SHOWN) + "…";
        return List.of(
                chat.defaultSystem() == DefaultSystem.KEEP
                        ? withoutSystem + " rows have no system turn and begin with the chat template's own (\"" + shown
                                + "\"); chat.default_system=drop leaves it out"
                        : withoutSystem + " rows have no system turn, and the chat template's own (\"" + shown
                                + "\") is left out");
    }
}
