package dev.vivarium.lab.direction;

import dev.vivarium.engine.base.Hashes;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.text.Message;
import dev.vivarium.lab.evaluate.NamedQuestions;
import dev.vivarium.lab.evaluate.Question;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Texts that are read under system turns of the caller's. */
public final class PersonaTexts {
    private PersonaTexts() {}

    /** Questions up to where the answer begins. */
    public static List<ReadText> of(NamedQuestions questions) {
        List<ReadText> texts = new ArrayList<>();
        for (Question question : questions.set().questions()) {
            texts.add(new ReadText(question.cluster(), question.messages(), null, false));
        }
        return texts;
    }

    /** The questions as an origin has them. */
    public static Origin.Source source(NamedQuestions questions) {
        return new Origin.Source(
                "questions",
                questions.name(),
                new TreeMap<>(Map.of(questions.name() + ".yaml", Hashes.sha256(questions.text()))));
    }

    /** The texts with this system turn instead of their own, in the same order. */
    public static List<ReadText> under(String system, List<ReadText> texts) {
        List<ReadText> under = new ArrayList<>();
        for (ReadText text : texts) {
            List<Message> messages = new ArrayList<>(List.of(Message.system(system)));
            text.messages().stream()
                    .filter(message -> !message.role().equals(Message.SYSTEM))
                    .forEach(messages::add);
            under.add(new ReadText(text.cluster(), messages, text.answer(), text.ended()));
        }
        return under;
    }

    /**
     * Makes sure that every text has such tokens.
     *
     * @throws InputException if answers are wanted and there are none
     */
    public static void check(List<ReadText> texts, TokenChoice tokens) {
        if (!tokens.ofPrompt() && texts.stream().anyMatch(text -> text.answer() == null)) {
            throw new InputException("questions have no tokens of \"" + tokens
                    + "\"; choose --tokens last-prompt or prompt, or give --answers instead of --questions");
        }
    }
}
