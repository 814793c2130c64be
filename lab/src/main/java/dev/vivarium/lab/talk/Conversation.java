package dev.vivarium.lab.talk;

import dev.vivarium.engine.text.Message;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A conversation in which several speakers may take the assistant's part, each seeing its own answers.
 *
 * <p>Where a speaker did not answer, it sees the answer that was given first, so that one may join in the middle.
 */
public final class Conversation {
    private final List<Turn> turns = new ArrayList<>();
    private @Nullable String system;

    private record Turn(String question, Map<String, String> answers) {}

    /** The system turn; null for none. */
    public @Nullable String system() {
        return system;
    }

    /** Sets or takes away the system turn, of what was said already too. */
    public void system(@Nullable String text) {
        system = text;
    }

    /** Questions that were answered. */
    public int length() {
        return turns.size();
    }

    /** Forgets all turns but the system's. */
    public void reset() {
        turns.clear();
    }

    /** Who has answered something. */
    public Set<String> speakers() {
        Set<String> names = new LinkedHashSet<>();
        turns.forEach(turn -> names.addAll(turn.answers.keySet()));
        return names;
    }

    /** What a speaker reads so far, its own answers included. */
    public List<Message> messages(String speaker) {
        List<Message> messages = new ArrayList<>();
        if (system != null) {
            messages.add(Message.system(system));
        }
        for (Turn turn : turns) {
            messages.add(Message.user(turn.question));
            String first = turn.answers.values().iterator().next();
            messages.add(Message.assistant(turn.answers.getOrDefault(speaker, first)));
        }
        return messages;
    }

    /**
     * Adds a question and its answers.
     *
     * @param answers by speaker, at least one, the first to be seen by those who did not answer
     */
    void add(String question, Map<String, String> answers) {
        if (answers.isEmpty()) {
            throw new IllegalArgumentException("a turn without an answer");
        }
        turns.add(new Turn(question, Collections.unmodifiableMap(new LinkedHashMap<>(answers))));
    }
}
